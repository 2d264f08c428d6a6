package dev.berth.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.bus.Shown;
import dev.berth.call.ContainerSpec;
import dev.berth.call.Seal;
import dev.berth.call.SpecBuilder;
import dev.berth.engine.Remains;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written down of a container that is left, and how it is read again. */
final class LeftContainerTest {
    private static final Seal SEAL = Seal.fresh();
    private static final ContainerSpec SPEC = SpecBuilder.of("f").memoryMiB(64).build();

    @TempDir
    Path folder;

    private LeftContainer written;

    @BeforeEach
    void write() throws IOException {
        SocketDirectory directory = new SocketDirectory(folder.resolve("7"), true);
        written = new LeftContainer(
                directory,
                new Remains("name", "fedcba987654", "0123456789ab", "boot", 1, 2, null, directory.path()),
                SEAL,
                SEAL.standIn(SPEC),
                SEAL.of(SPEC),
                SEAL.of("settings"),
                "socket",
                3,
                new Shown(5_000_000, 400_000_000),
                true,
                1);
        written.write();
    }

    private LeftContainer read() throws IOException {
        return LeftContainer.read(written.directory().record(), SEAL);
    }

    private void change(String field, Object value) throws IOException {
        Path record = written.directory().record();
        JsonObject json = new JsonObject(Files.readString(record)).put(field, value);
        if (value.equals("")) {
            json.remove(field);
        }
        Files.writeString(record, json.encode());
    }

    @Test
    void isReadAsItWasWritten() throws IOException {
        assertThat(read().shown()).isEqualTo(written.shown());
        assertThat(read().remains()).isEqualTo(written.remains());
        assertThat(read().sealedSpec()).isEqualTo(written.sealedSpec());
        assertThat(read().handedOver()).isTrue();
    }

    /** A runner before this one wrote none. */
    @Test
    void needNotTellWhatCallsHaveShown() throws IOException {
        change("service", "");
        change("start", "");

        assertThat(read().shown()).isEqualTo(Shown.NONE);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 24L * 3600 * 1_000_000_000 + 1})
    void isRefusedWithTimesThatNothingTakes(long nanos) throws IOException {
        change("start", nanos);

        assertThatThrownBy(this::read).isInstanceOf(IOException.class).hasMessage("a broken record");
    }
}
