package dev.berth.stopping;

import static dev.berth.stopping.AdoptionRig.SECRET;
import static dev.berth.stopping.AdoptionRig.assertStops;
import static dev.berth.stopping.AdoptionRig.functions;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.conformance.Rule;
import io.vertx.core.json.JsonObject;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is written down of containers that are left, and those that no runner takes over: they are removed. */
@Timeout(240)
final class AdoptionRefusedIT {
    @TempDir
    Path folder;

    private AdoptionRig rig;

    @BeforeEach
    void open() {
        rig = new AdoptionRig(folder);
    }

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    @Test
    @Rule("adopt-secret")
    void whatIsWrittenTellsNothingOfTheConfiguration() throws Exception {
        rig.handedOver("a");

        Path record = rig.records().get(0);
        assertThat(Files.readString(record)).doesNotContain(SECRET, "PASSWORD", "\"app\"", "fn_id");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(record)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(record.getParent())))
                .isEqualTo("rwx------");
        assertStops(rig.runner("worker.adopt=off"));
    }

    @Test
    @Rule("adopt-limit")
    void whoComesTooLateRemovesIt() throws Exception {
        rig.handedOver("a");

        OneRunner late = rig.runner("worker.adoptWithin=0s");

        assertThat(late.log()).contains("left too long ago");
        rig.assertCold(late, "a");
        assertStops(late);
    }

    @Test
    @Rule("adopt-fit")
    void whatWasMadeWithOtherSettingsIsRemoved() throws Exception {
        rig.handedOver("a");

        OneRunner other = rig.runner("docker.maxPids=77");

        assertThat(other.log()).contains("made with other settings");
        rig.assertCold(other, "a");
        assertStops(other);
    }

    @Test
    @Rule("adopt-fit")
    void whatThereIsNoRoomForIsRemoved() throws Exception {
        rig.handedOver("a", "b");

        OneRunner small = rig.runner("registry.maxMemory=100MiB");

        small.until("one is removed", () -> functions(small).size() == 1);
        assertStops(small);
    }

    @Test
    @Rule("adopt-once")
    void aSuccessorThatDiesLeavesNothingToItsOwn() throws Exception {
        rig.handedOver("a");
        OneRunner second = rig.runner();
        second.kill();

        OneRunner third = rig.runner();

        rig.assertCold(third, "a");
        assertStops(third);
    }

    @Test
    @Rule("adopt-checked")
    void whatNamesNoContainerIsNotAskedTheEngineFor() throws Exception {
        rig.handedOver("a", "b");
        Path record = rig.records().get(0);
        JsonObject written = new JsonObject(Files.readString(record));
        written.put("engineId", "../containers/" + written.getString("engineId"));
        Files.writeString(record, written.encode());

        OneRunner second = rig.runner();

        assertThat(second.log()).contains("a record that names no container").doesNotContain("API error");
        assertThat(functions(second)).hasSize(1);
        assertStops(second);
    }

    @Test
    @Rule("adopt-checked")
    void aSocketAtWhichSomebodyElseListensIsNotCalled() throws Exception {
        rig.handedOver("a");
        Path record = rig.records().get(0);
        JsonObject written = new JsonObject(Files.readString(record));
        String name = record.getFileName().toString();
        Path home = record.resolveSibling(name.substring(0, name.length() - ".left".length()));
        Path socket = home.resolve(written.getString("socket"));
        Files.delete(socket);
        try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            other.bind(UnixDomainSocketAddress.of(socket));
            written.put("inode", (Long) Files.getAttribute(socket, "unix:ino"));
            Files.writeString(record, written.encode());

            OneRunner second = rig.runner();

            assertThat(second.log()).contains("somebody else listens at its socket");
            second.until("what is refused is removed", () -> functions(second).isEmpty());
            rig.assertCold(second, "a");
            assertStops(second);
        }
    }

    @Test
    @Rule("adopt-checked")
    void aRecordOfAnotherProcessIsNotBelieved() throws Exception {
        rig.handedOver("a");
        Path record = rig.records().get(0);
        JsonObject written = new JsonObject(Files.readString(record));
        Files.writeString(
                record, written.put("started", written.getLong("started") + 1).encode());

        OneRunner second = rig.runner();

        assertThat(second.log()).contains("not running since it was left");
        second.until("what is refused is removed", () -> functions(second).isEmpty());
        assertStops(second);
    }
}
