package dev.berth.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.config.KeepConfig;
import dev.berth.config.RegistryConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class NodeCapacityTest {
    private static final long MIB = 1L << 20;
    private static final String V1_MEMORY = "/sys/fs/cgroup/memory/memory.limit_in_bytes";
    private static final String V2_MEMORY = "/sys/fs/cgroup/memory.max";
    private static final String V1_QUOTA = "/sys/fs/cgroup/cpu/cpu.cfs_quota_us";
    private static final String V1_PERIOD = "/sys/fs/cgroup/cpu/cpu.cfs_period_us";
    private static final String V2_CPU = "/sys/fs/cgroup/cpu.max";

    private final Map<String, String> files = new HashMap<>();
    private long maxMemoryBytes;
    private long maxCpuMillis;
    private int processors = 4;

    NodeCapacityTest() {
        available(10_000);
    }

    @Test
    void leavesATenthOfTheAvailableMemoryAsHeadRoom() {
        assertThat(detect().memoryBytes()).isEqualTo(9_000 * MIB);
        assertThat(detect().warnings()).isEmpty();
    }

    @Test
    void leavesAtLeastAQuarterGibibyte() {
        available(1_000);

        assertThat(detect().memoryBytes()).isEqualTo((1_000 - 256) * MIB);
    }

    @Test
    void leavesAtMostFiveGibibytes() {
        available(100_000);

        assertThat(detect().memoryBytes()).isEqualTo((100_000 - 5_120) * MIB);
    }

    @Test
    void readsLimitsOfBothControlGroupVersions() {
        files.put(V1_MEMORY, 5_000 * MIB + "\n");
        assertThat(detect().memoryBytes()).isEqualTo(4_500 * MIB);

        files.put(V2_MEMORY, 4_000 * MIB + "\n");
        assertThat(detect().memoryBytes()).isEqualTo(3_600 * MIB);
    }

    @Test
    void takesNoLimitForWhatItIs() {
        files.put(V1_MEMORY, "9223372036854771712\n");
        files.put(V2_MEMORY, "max\n");
        files.put(V1_QUOTA, "-1\n");
        files.put(V1_PERIOD, "100000\n");
        files.put(V2_CPU, "max 100000\n");

        assertThat(detect().memoryBytes()).isEqualTo(9_000 * MIB);
        assertThat(detect().cpuMillis()).isEqualTo(4_000);
    }

    @Test
    void capsAreAppliedAfterTheHeadRoom() {
        maxMemoryBytes = 8_000 * MIB;
        maxCpuMillis = 2_500;

        assertThat(detect().memoryBytes()).isEqualTo(8_000 * MIB);
        assertThat(detect().cpuMillis()).isEqualTo(2_500);
    }

    @Test
    void capsAboveTheMachineDoNothing() {
        maxMemoryBytes = Long.MAX_VALUE;
        maxCpuMillis = Long.MAX_VALUE;

        assertThat(detect().memoryBytes()).isEqualTo(9_000 * MIB);
        assertThat(detect().cpuMillis()).isEqualTo(4_000);
    }

    @Test
    void refusesToStartWithoutMemory() {
        available(256);

        assertThatThrownBy(this::detect)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("256 MiB of memory are available");
    }

    @Test
    void startsWithJustEnoughMemoryAndSaysSo() {
        available(257);

        assertThat(detect().memoryBytes()).isEqualTo(MIB);
        assertThat(detect().warnings()).containsExactly("only 1 MiB of memory for containers");
    }

    @Test
    void assumesTwoGibibytesWhereTheMachineDoesNotTell() {
        files.clear();
        assertThat(detect().memoryBytes()).isEqualTo(2_048 * MIB);
        assertThat(detect().warnings()).singleElement().asString().contains("/proc/meminfo");

        maxMemoryBytes = 1_000 * MIB;
        assertThat(detect().memoryBytes()).isEqualTo(1_000 * MIB);
    }

    @Test
    void cpuIsLimitedByTheQuotaOfEitherVersion() {
        files.put(V1_QUOTA, "250000");
        files.put(V1_PERIOD, "100000");
        assertThat(detect().cpuMillis()).isEqualTo(2_500);

        files.put(V2_CPU, "150000 100000\n");
        assertThat(detect().cpuMillis()).isEqualTo(1_500);
    }

    @Test
    void lessThanOneCpuIsAWarning() {
        files.put(V2_CPU, "50000 100000");

        assertThat(detect().cpuMillis()).isEqualTo(500);
        assertThat(detect().warnings()).containsExactly("only 500 thousandths of a CPU for containers");
    }

    @Test
    void refusesToStartWithoutCpu() {
        processors = 0;

        assertThatThrownBy(this::detect)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("CPU");
    }

    @Test
    void findsOutSomethingOnThisMachine() {
        NodeCapacity capacity = NodeCapacity.detect(
                new RegistryConfig(false, 0, 0, 1, true, Duration.ofMillis(100), KeepConfig.DEFAULT));

        assertThat(capacity.memoryBytes()).isPositive();
        assertThat(capacity.cpuMillis()).isPositive();
    }

    private void available(long mib) {
        files.put("/proc/meminfo", "MemTotal: 99999999 kB\nMemFree: 1 kB\nMemAvailable:   " + mib * 1024 + " kB\n");
    }

    private NodeCapacity detect() {
        return NodeCapacity.detect(
                new RegistryConfig(
                        false, maxMemoryBytes, maxCpuMillis, 1, true, Duration.ofMillis(100), KeepConfig.DEFAULT),
                path -> Optional.ofNullable(files.get(path)),
                processors);
    }
}
