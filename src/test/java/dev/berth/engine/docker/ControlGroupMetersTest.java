package dev.berth.engine.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.engine.Usage;
import dev.berth.engine.UsageMeter;
import dev.berth.worker.DescriptorLimit;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * On files that look like control groups. Those of version 1 were read from a container of Docker 26 with
 * {@code --cpus 0.5 --memory 64m} on Linux 6.18; of version 2 the first lines of {@code cpu.stat} were, the others are
 * written after the kernel's documentation, for no machine with its controllers was at hand.
 */
final class ControlGroupMetersTest {
    private static final String ID = "ab".repeat(32);
    private static final String V1_CPU_STAT =
            "nr_periods 2\nnr_throttled 1\nthrottled_time 48017000\nnr_bursts 0\nburst_time 0\n";
    private static final String V2_CPU_STAT = "usage_usec 59784\nuser_usec 35167\nsystem_usec 24617\nnice_usec 0\n";
    private static final String V2_LIMITED = "core_sched.force_idle_usec 0\nnr_periods 2\nnr_throttled 1\n"
            + "throttled_usec 48017\nnr_bursts 0\nburst_usec 0\n";

    private final Vertx vertx = Vertx.vertx();
    private final OnContext context = new OnContext(vertx);

    @TempDir
    private Path cgroups;

    @AfterEach
    void stop() {
        new OnContext(vertx).begin(vertx::close).join();
    }

    private Path file(String name, String content) throws IOException {
        Path file = cgroups.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    private Path v1() throws IOException {
        file("cpuacct/docker/" + ID + "/cpuacct.usage", "54862086\n");
        file("cpu/docker/" + ID + "/cpu.stat", V1_CPU_STAT);
        return file("memory/docker/" + ID + "/memory.max_usage_in_bytes", "6500352\n");
    }

    private Path v2(String cpuStat) throws IOException {
        String group = "system.slice/docker-" + ID + ".scope/";
        file(group + "cpu.stat", cpuStat);
        file(group + "memory.current", "6000000\n");
        return cgroups.resolve(group);
    }

    private UsageMeter open(boolean v1, boolean limited) {
        return context.await(() -> new ControlGroupMeters(vertx, cgroups, v1).open(ID, limited));
    }

    private Usage read(UsageMeter meter, boolean anew) {
        return context.await(() -> meter.read(anew));
    }

    private void close(UsageMeter meter) {
        context.await(meter::close);
    }

    private long openHere() {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.filter(this::isHere).count();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private boolean isHere(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).startsWith(cgroups.toRealPath());
        } catch (IOException closed) {
            return false;
        }
    }

    @Test
    void firstVersionsFilesAreRead() throws IOException {
        v1();
        UsageMeter meter = open(true, true);

        assertThat(read(meter, false)).isEqualTo(new Usage(54_862_086, 48_017_000, 6_500_352, Usage.Memory.PEAK));
        assertThat(openHere()).isEqualTo(3);
        close(meter);
        assertThat(openHere()).isZero();
        assertThat(read(meter, false)).isEqualTo(Usage.UNKNOWN);
        close(meter);
    }

    @Test
    void firstVersionIsReadAtOnceAndItsPeakBegunAnewByWriting() throws IOException {
        Path peak = v1();
        UsageMeter meter = open(true, false);

        assertThat(meter.read(true).result())
                .isEqualTo(new Usage(54_862_086, 0, 6_500_352, Usage.Memory.PEAK_UNTIL_NOW));
        assertThat(Files.readString(peak)).startsWith("0");
        assertThat(openHere())
                .as("no processor limit, so nothing is read of it")
                .isEqualTo(2);
        close(meter);
    }

    @Test
    void secondVersionsFilesAreRead() throws IOException {
        Path group = v2(V2_CPU_STAT + V2_LIMITED);
        Path peak = Files.writeString(group.resolve("memory.peak"), "7000000\n");
        UsageMeter meter = open(false, true);

        assertThat(read(meter, false)).isEqualTo(new Usage(59_784_000, 48_017_000, 7_000_000, Usage.Memory.PEAK));
        assertThat(read(meter, true).memory()).isEqualTo(Usage.Memory.PEAK_UNTIL_NOW);
        assertThat(Files.readString(peak)).startsWith("0");
        close(meter);
        assertThat(openHere()).isZero();
    }

    @Test
    void secondVersionWithoutPeakTellsWhatIsInUse() throws IOException {
        v2(V2_CPU_STAT);
        UsageMeter meter = open(false, true);

        assertThat(read(meter, true)).isEqualTo(new Usage(59_784_000, 0, 6_000_000, Usage.Memory.IN_USE));
        close(meter);
    }

    @Test
    void withoutMemoryControllerProcessorTimeIsKnownStill() throws IOException {
        file("docker/" + ID + "/cpu.stat", V2_CPU_STAT);
        UsageMeter meter = open(false, false);

        assertThat(read(meter, true)).isEqualTo(new Usage(59_784_000, 0, 0, Usage.Memory.PEAK));
        close(meter);
    }

    @Test
    void whatIsNotThereIsNotMeasured() {
        assertThat(open(true, true)).isSameAs(UsageMeter.NONE);
        assertThat(open(false, true)).isSameAs(UsageMeter.NONE);
    }

    @Test
    void nonsenseIsUnknown() throws IOException {
        v1();
        file("cpuacct/docker/" + ID + "/cpuacct.usage", "much\n");
        UsageMeter meter = open(true, false);

        assertThat(read(meter, false)).isEqualTo(Usage.UNKNOWN);
        close(meter);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu/docker/%s/cpu.stat", "memory/docker/%s/memory.max_usage_in_bytes"})
    void nothingStaysOpenIfALaterFileCannotBeOpened(String name) throws IOException {
        v1();
        Path file = cgroups.resolve(name.formatted(ID));
        Files.delete(file);
        // A socket opens for nobody, root included.
        try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            Path bound = Files.createTempFile(Path.of("/tmp"), "usage", ".sock");
            Files.delete(bound);
            socket.bind(UnixDomainSocketAddress.of(bound));
            Files.move(bound, file);

            assertThat(open(true, true)).isSameAs(UsageMeter.NONE);
            assertThat(openHere()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void withoutFileDescriptorsAContainerIsNotMeasuredAndNothingStaysOpen(boolean v1) throws Exception {
        if (v1) {
            v1();
        } else {
            v2(V2_CPU_STAT);
        }
        ControlGroupMeters meters = new ControlGroupMeters(vertx, cgroups, v1);
        UsageMeter before = context.await(() -> meters.open(ID, true));
        close(before);
        UsageMeter meter;
        try (DescriptorLimit limit = new DescriptorLimit()) {
            limit.set();
            try {
                meter = context.await(() -> meters.open(ID, true));
            } finally {
                limit.lift();
            }
        }
        assertThat(meter).isSameAs(UsageMeter.NONE);
        assertThat(openHere()).isZero();
    }

    @Test
    void reachIsJudgedByTheGroupsAbove() throws IOException {
        assertThat(ControlGroupMeters.reach(cgroups, true)).isEqualTo(ControlGroupMeters.Reach.NOT_FOUND);
        file("cpuacct/docker/cpuacct.usage", "1\n");
        assertThat(ControlGroupMeters.reach(cgroups, true)).isEqualTo(ControlGroupMeters.Reach.READABLE);
        assertThat(ControlGroupMeters.reach(cgroups, false)).isEqualTo(ControlGroupMeters.Reach.NOT_FOUND);
        file("system.slice/cpu.stat", "usage_usec 1\n");
        assertThat(ControlGroupMeters.reach(cgroups, false)).isEqualTo(ControlGroupMeters.Reach.READABLE);
    }
}
