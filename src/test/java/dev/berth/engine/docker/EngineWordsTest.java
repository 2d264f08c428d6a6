package dev.berth.engine.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.error.RunnerException;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What callers are told of what an engine says. */
final class EngineWordsTest {
    private static final String ID = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    @ParameterizedTest
    @CsvSource({
        "'bind source path does not exist: /run/berth/b-1/x/fn', 'bind source path does not exist: …'",
        "'write /var/lib/docker/tmp/x: no space left on device', 'write …: no space left on device'",
        "'error mounting \"/tmp/b-1/2/fn\" to rootfs at \"/tmp/iofs\"', 'error mounting \"…\" to rootfs at \"/tmp/iofs\"'",
        "'exec: \"/app/run\": stat /app/run: no such file', 'exec: \"/app/run\": stat /app/run: no such file'",
        "'dial tcp 10.0.0.7:443: connect: connection refused', 'dial tcp …: connect: connection refused'",
        "'lookup r.example on [fd00::1]:53: no such host', 'lookup r.example on …: no such host'",
        "'read udp 172.17.0.1:4411->10.0.0.2:53: i/o timeout', 'read udp …->…: i/o timeout'",
        "'Get \"https://r.example/v2/a/b/manifests/1.2.3\": EOF', 'Get \"https://r.example/v2/a/b/manifests/1.2.3\": EOF'",
        "'cannot join network of a non running container: 0123456789ab', 'cannot join network of a non running container: …'",
        "'image with version 1.2.3.4.5 / 7 is unknown', 'image with version 1.2.3.4.5 / 7 is unknown'"
    })
    void nothingOfTheMachineIsInThem(String said, String told) {
        assertThat(EngineWords.toCallers(said)).isEqualTo(told);
    }

    @Test
    void otherContainersAreNot() {
        assertThat(EngineWords.toCallers("in use by container " + ID)).isEqualTo("in use by container …");
        assertThat(EngineWords.toCallers("manifest sha256:" + ID + " unknown"))
                .isEqualTo("manifest sha256:" + ID + " unknown");
    }

    @Test
    void whatTheCallerHasNamedIs() {
        assertThat(EngineWords.toCallers("dial tcp 127.0.0.1:5000: refused", "127.0.0.1:5000/x"))
                .isEqualTo("dial tcp 127.0.0.1:5000: refused");
    }

    @Test
    void theLogHasAllOfIt() {
        String said = "cannot read /var/lib/docker/x of 10.0.0.7";
        RunnerException failure = new EngineResponse(
                        500,
                        MultiMap.caseInsensitiveMultiMap(),
                        new JsonObject().put("message", said).toBuffer())
                .failure();
        assertThat(failure).hasMessage("API error (500): " + said);
        assertThat(failure.told()).isEqualTo("API error (500): cannot read … of …");
        RunnerException pull = ImagePuller.failed("r.example/x", said, 502);
        assertThat(pull).hasMessage("Failed to pull image 'r.example/x': " + said);
        assertThat(pull.told()).isEqualTo("Failed to pull image 'r.example/x': cannot read … of …");
    }

    @Test
    void aLongTextOfNothingButSlashesIsReadQuickly() {
        String long1 = "/a".repeat(1_000) + " " + ":".repeat(2_000) + "[" + "a:".repeat(1_000);
        assertThat(EngineWords.toCallers(long1)).startsWith("… ");
        assertThat(Buffer.buffer(long1).length()).isPositive();
    }
}
