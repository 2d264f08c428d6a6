package dev.berth.engine.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.engine.ContainerPlan;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses, paths, answers and networks. */
final class SmallPartsTest {
    @Test
    void socketAddressIsRead() {
        EngineAddress address = EngineAddress.of("unix:///var/run/docker.sock", true, null);
        assertThat(address.socket().path()).isEqualTo("/var/run/docker.sock");
        assertThat(address.tls()).isFalse();
    }

    @Test
    void networkAddressIsRead() {
        EngineAddress address = EngineAddress.of("tcp://engine.example:2376", true, Path.of("/certs"));
        assertThat(address.socket().host()).isEqualTo("engine.example");
        assertThat(address.socket().port()).isEqualTo(2376);
        assertThat(address.tls()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"unix://", "/var/run/docker.sock", "ssh://host:1", "tcp://host", "tcp:// x:1", ""})
    void addressThatIsNoneIsNamed(String text) {
        assertThatThrownBy(() -> EngineAddress.of(text, false, null))
                .hasMessageContaining("'" + text + "' is neither unix:///path nor tcp://host:port");
    }

    @Test
    void enginesHostMaySeeSocketDirectoriesElsewhere() {
        SocketPaths same = new SocketPaths(Path.of("/tmp"), null);
        SocketPaths mapped = new SocketPaths(Path.of("/run/berth/"), Path.of("/data/sockets"));
        assertThat(same.onEngineHost(Path.of("/tmp/berth-1/x"))).isEqualTo(Path.of("/tmp/berth-1/x"));
        assertThat(mapped.onEngineHost(Path.of("/run/berth/b-1/../b-1/x"))).isEqualTo(Path.of("/data/sockets/b-1/x"));
        assertThatThrownBy(() -> mapped.onEngineHost(Path.of("/run/other")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void enginesMessageIsFound() {
        assertThat(reply("{\"message\":\"no such thing\"}\n")).hasMessage("API error (500): no such thing");
        assertThat(reply("plain\n")).hasMessage("API error (500): plain");
        assertThat(reply("[1]")).hasMessage("API error (500): [1]");
        assertThat(reply("{\"message\":5}")).hasMessageContaining("5");
        assertThat(reply("")).hasMessage("API error (500): ");
    }

    private static Throwable reply(String body) {
        return new EngineResponse(500, MultiMap.caseInsensitiveMultiMap(), Buffer.buffer(body)).failure();
    }

    @Test
    void leastUsedNetworkIsChosen() {
        NetworkChooser networks = new NetworkChooser(new NetworkSpread(List.of("a", "b")), null);
        NetworkLease first = networks.choose(plan(false));
        NetworkLease second = networks.choose(plan(false));
        assertThat(List.of(first.mode(), second.mode())).containsExactlyInAnyOrder("a", "b");
        first.release().run();
        assertThat(networks.choose(plan(false)).mode()).isEqualTo(first.mode());
    }

    @Test
    void planWithoutANetworkGetsNone() {
        NetworkChooser networks = new NetworkChooser(new NetworkSpread(List.of("a")), null);
        assertThat(networks.choose(plan(true)).mode()).isEqualTo("none");
        assertThat(new NetworkChooser(new NetworkSpread(List.of()), null)
                        .choose(plan(false))
                        .mode())
                .isNull();
    }

    private static ContainerPlan plan(boolean networkDisabled) {
        return new ContainerPlan(
                "id", "image", Map.of(), 0, 0, 0, null, null, "", networkDisabled, ContainerPlan.Attach.NONE);
    }
}
