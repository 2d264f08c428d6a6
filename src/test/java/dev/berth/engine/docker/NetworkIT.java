package dev.berth.engine.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.model.Container;
import dev.berth.engine.EngineContainer;
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

/** Networks and placeholders on the real engine. */
final class NetworkIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @Test
    void containersAreSpreadOverTheConfiguredNetworks() {
        String one = "berth-it-" + UUID.randomUUID();
        String two = "berth-it-" + UUID.randomUUID();
        try (RealEngine real = RealEngine.start(Map.of("FN_DOCKER_NETWORKS", one + " " + two))) {
            makeNetwork(real, one);
            makeNetwork(real, two);
            EngineContainer first = real.create(real.plan("true").network().build());
            EngineContainer second = real.create(real.plan("true").network().build());
            Set<String> used = real.ours().stream()
                    .flatMap(container -> container.getNetworkSettings().getNetworks().keySet().stream())
                    .collect(Collectors.toSet());
            assertThat(used).containsExactlyInAnyOrder(one, two);
            real.context.await(first::remove);
            real.context.await(second::remove);
            removeNetwork(real, one);
            removeNetwork(real, two);
        }
    }

    @Test
    void functionsJoinAPlaceholdersNetworkAndGiveItBack() {
        try (RealEngine real = RealEngine.start(placeholders(1, false))) {
            await(real, () -> running(real, "_prefork_") == 1);
            String placeholder = real.ours().get(0).getId();

            EngineContainer first = real.create(real.plan("sleep 60").network().build());
            real.context.await(first::start);
            assertThat(networkOf(real, first)).isEqualTo("container:" + placeholder);

            EngineContainer without =
                    real.create(real.plan("sleep 60").network().build());
            assertThat(networkOf(real, without)).isEqualTo("default");

            real.context.await(first::remove);
            EngineContainer next = real.create(real.plan("sleep 60").network().build());
            assertThat(networkOf(real, next)).isEqualTo("container:" + placeholder);
            real.context.await(without::remove);
            real.context.await(next::remove);
            real.context.await(real.engine::close);
            assertThat(real.ours()).isEmpty();
        }
    }

    @Test
    void endedPlaceholderIsMadeAnew() {
        try (RealEngine real = RealEngine.start(placeholders(2, false))) {
            await(real, () -> running(real, "_prefork_") == 2);
            Set<String> before = ids(real);
            String victim = before.iterator().next();
            real.context.await(() -> real.api.removeContainer(victim));
            await(real, () -> running(real, "_prefork_") == 2 && !ids(real).contains(victim));
            real.context.await(real.engine::close);
        }
    }

    @Test
    void placeholderForOneUseIsReplacedAfterIt() {
        try (RealEngine real = RealEngine.start(placeholders(1, true))) {
            await(real, () -> running(real, "_prefork_") == 1);
            Set<String> before = ids(real);
            EngineContainer container = real.create(real.plan("true").network().build());
            real.context.await(container::remove);
            await(
                    real,
                    () -> running(real, "_prefork_") == 1 && ids(real).stream().noneMatch(before::contains));
            real.context.await(real.engine::close);
        }
    }

    private static Map<String, String> placeholders(int count, boolean once) {
        Map<String, String> environment = new HashMap<>();
        environment.put(RealEngine.POOL_SIZE, String.valueOf(count));
        environment.put("FN_EXPERIMENTAL_PREFORK_IMAGE", RealEngine.IMAGE);
        environment.put("FN_EXPERIMENTAL_PREFORK_CMD", "sleep 10000");
        environment.put("FN_EXPERIMENTAL_PREFORK_USE_ONCE", once ? "1" : "0");
        return environment;
    }

    private static long running(RealEngine real, String name) {
        return real.ours().stream()
                .filter(container -> "running".equals(container.getState()) && container.getNames()[0].contains(name))
                .count();
    }

    private static Set<String> ids(RealEngine real) {
        return real.ours().stream().map(Container::getId).collect(Collectors.toSet());
    }

    private static String networkOf(RealEngine real, EngineContainer container) {
        List<Container> all = real.ours();
        return all.stream()
                .filter(one -> one.getNames()[0].equals("/" + container.id()))
                .findFirst()
                .orElseThrow()
                .getHostConfig()
                .getNetworkMode();
    }

    private static void await(RealEngine real, BooleanSupplier condition) {
        long end = System.nanoTime() + LIMIT.toNanos();
        boolean met = condition.getAsBoolean();
        while (!met && System.nanoTime() < end) {
            real.context.await(() -> real.vertx.timer(50));
            met = condition.getAsBoolean();
        }
        assertThat(met).isTrue();
    }

    private static void makeNetwork(RealEngine real, String name) {
        EngineResponse reply = real.context.await(() -> real.api
                .http()
                .call(EngineRequest.post("create_network", "/networks/create", LIMIT)
                        .withJson(Buffer.buffer("{\"Name\":\"" + name + "\",\"Internal\":true}"))));
        assertThat(reply.ok()).as(reply.message()).isTrue();
    }

    private static void removeNetwork(RealEngine real, String name) {
        EngineResponse reply = real.context.await(
                () -> real.api.http().call(EngineRequest.delete("remove_network", "/networks/" + name, LIMIT)));
        assertThat(reply.ok()).as(reply.message()).isTrue();
    }
}
