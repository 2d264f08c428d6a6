package dev.berth.engine.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.model.Container;
import dev.berth.engine.EngineContainer;
import dev.berth.engine.Sweep;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Places on the real engine. */
final class PlaceIT {
    /** A pool that a slow engine has made larger shrinks at its second look, each a minute after the one before. */
    private static final Duration LIMIT = Duration.ofSeconds(150);

    private static RealEngine start(Map<String, String> more) {
        Map<String, String> environment = new HashMap<>(more);
        environment.put(RealEngine.PLACES, "auto");
        RealEngine real = RealEngine.start(environment);
        await(real, () -> running(real).size() == PlaceDemand.LEAST);
        return real;
    }

    @Test
    void aFunctionJoinsAPlaceWhichGoesWithIt() {
        try (RealEngine real = start(Map.of())) {
            EngineContainer container =
                    real.create(real.plan("sleep 60").network().build());
            real.context.await(container::start);
            String joined = joined(real, container);
            assertThat(running(real)).contains(joined);

            real.context.await(container::remove);
            await(
                    real,
                    () -> running(real).size() == PlaceDemand.LEAST
                            && !running(real).contains(joined));
            end(real);
        }
    }

    /** It has what it would have without one: its loopback, an address, resolvers, this machine's name. */
    @Test
    void aFunctionSeesNoDifference() {
        String script = "hostname; grep -c nameserver /etc/resolv.conf; cat /proc/net/dev | grep -cE 'lo:|eth0:';"
                + " id -u; grep -c '[^ ]' /proc/net/route";
        try (RealEngine real = start(Map.of());
                RealEngine without = RealEngine.start()) {
            String inPlace = real.output(real.plan(script).network());
            assertThat(inPlace).isEqualTo(without.output(without.plan(script).network()));
            assertThat(inPlace.lines().toList().get(2)).as("interfaces").isEqualTo("2");
            end(real);
        }
    }

    @Test
    void noPlaceIsForAFunctionWithoutNetworkOrOneTooMany() {
        try (RealEngine real = start(Map.of())) {
            EngineContainer lonely = real.create(real.plan("sleep 60").build());
            assertThat(mode(real, lonely)).isEqualTo("none");
            assertThat(running(real)).hasSize(PlaceDemand.LEAST);
            List<EngineContainer> burst = List.of(
                    real.create(real.plan("sleep 60").network().build()),
                    real.create(real.plan("sleep 60").network().build()),
                    real.create(real.plan("sleep 60").network().build()));
            Set<String> modes = burst.stream().map(one -> mode(real, one)).collect(Collectors.toSet());
            assertThat(modes).as("each a network of its own").hasSize(3).contains("default");
            real.context.await(burst.get(2)::start);
            real.context.await(lonely::remove);
            burst.forEach(one -> real.context.await(one::remove));
            end(real);
        }
    }

    /** As after a restart of the engine, or when someone has removed it. */
    @Test
    void aPlaceThatIsGoneCostsNoCall() {
        try (RealEngine real = start(Map.of())) {
            real.ours().forEach(place -> real.context.await(() -> real.api.removeContainer(place.getId())));
            String output = real.output(real.plan("echo hello").network());
            assertThat(output).isEqualTo("hello\n");
            end(real);
        }
    }

    @Test
    void placesThatAreRemovedMakeWayForTheirNetwork() {
        String network = "berth-it-" + UUID.randomUUID();
        try (RealEngine plain = RealEngine.start()) {
            call(
                    plain,
                    EngineRequest.post("create_network", "/networks/create", LIMIT)
                            .withJson(Buffer.buffer("{\"Name\":\"" + network + "\",\"Internal\":true}")));
            try (RealEngine real = start(Map.of("FN_DOCKER_NETWORKS", network))) {
                assertThat(real.ours())
                        .allSatisfy(
                                place -> assertThat(place.getNetworkSettings().getNetworks())
                                        .containsOnlyKeys(network));
                real.ours().forEach(place -> real.context.await(() -> real.api.removeContainer(place.getId())));
                call(plain, EngineRequest.delete("remove_network", "/networks/" + network, LIMIT));
                end(real);
            }
        }
    }

    @Test
    void aDeadInstancesPlacesAreSwept() {
        try (RealEngine real = RealEngine.start()) {
            TestInstances dead = real.instances.another();
            DockerEngine other = real.another(Map.of(RealEngine.PLACES, "auto"), dead);
            real.context.await(other::start);
            await(real, () -> running(real).size() == PlaceDemand.LEAST);
            real.instances.dies(dead);
            assertThat(real.context.await(real.engine::sweep)).isEqualTo(new Sweep(PlaceDemand.LEAST, Set.of()));
            assertThat(real.ours()).isEmpty();
            real.context.await(other::close);
        }
    }

    private static void end(RealEngine real) {
        real.context.await(real.engine::close);
        assertThat(real.ours()).isEmpty();
    }

    private static void call(RealEngine real, EngineRequest request) {
        EngineResponse reply = real.context.await(() -> real.api.http().call(request));
        assertThat(reply.ok()).as(reply.message()).isTrue();
    }

    /** Engine's ids of places that run. */
    private static Set<String> running(RealEngine real) {
        return real.ours().stream()
                .filter(one ->
                        "place".equals(one.getLabels().get("dev.berth.role")) && "running".equals(one.getState()))
                .map(Container::getId)
                .collect(Collectors.toSet());
    }

    private static String joined(RealEngine real, EngineContainer container) {
        assertThat(mode(real, container)).startsWith("container:");
        return mode(real, container).substring("container:".length());
    }

    private static String mode(RealEngine real, EngineContainer container) {
        return real.context
                .await(() -> real.api.inspectContainer(container.id()))
                .orElseThrow()
                .getHostConfig()
                .getNetworkMode();
    }

    private static void await(RealEngine real, BooleanSupplier condition) {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean() && System.nanoTime() < end) {
            real.context.await(() -> real.vertx.timer(50));
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }
}
