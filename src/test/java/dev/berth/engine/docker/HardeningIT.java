package dev.berth.engine.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.model.Container;
import dev.berth.conformance.Rule;
import dev.berth.engine.EngineContainer;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a function can see and do, seen from inside. */
final class HardeningIT {
    private RealEngine real;

    @BeforeEach
    void start() {
        real = RealEngine.start(Map.of("FN_CONTAINER_LABEL_TAG", "berth-it-tag", "FN_MAX_TMPFS_INODES", "64"));
    }

    @AfterEach
    void stop() {
        real.close();
    }

    @Test
    void userIsUnprivilegedAndWithoutCapabilities() {
        String seen = real.output(real.plan("id -u; id -g; grep -E 'CapEff|CapBnd|NoNewPrivs' /proc/self/status"));
        assertThat(seen.split("\\s+"))
                .containsExactly(
                        "1000",
                        "1000",
                        "CapEff:",
                        "0000000000000000",
                        "CapBnd:",
                        "0000000000000000",
                        "NoNewPrivs:",
                        "1");
    }

    @Test
    void rootIsReadOnlyAndTmpIsSmall() {
        String seen = real.output(real.plan("touch /x 2>&1; touch /tmp/x && echo fine; grep ' /tmp ' /proc/mounts;"
                        + " i=0; while touch /tmp/f$i 2>/dev/null; do i=$((i+1)); done; echo $i;"
                        + " dd if=/dev/zero of=/tmp/x bs=1M count=10 2>&1")
                .tmpfsMiB(4));
        assertThat(seen).contains("/x: Read-only file system", "fine", "size=4096k", "nr_inodes=64");
        assertThat(seen.lines().filter(line -> line.matches("\\d+")).map(Integer::valueOf))
                .allSatisfy(files -> assertThat(files).isLessThan(64));
        assertThat(seen).contains("No space left on device");
    }

    @Test
    void resourceLimitsArrive() {
        String seen = real.output(real.plan("grep -E 'open files|locked|pending|msgqueue' /proc/self/limits; cat"
                        + " /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max"
                        + " /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max"
                        + " /sys/fs/cgroup/cpu/cpu.cfs_quota_us /sys/fs/cgroup/cpu.max 2>/dev/null")
                .memoryMiB(48)
                .cpuMillis(250));
        assertThat(seen.replaceAll(" +", " "))
                .contains(
                        "Max open files 350 350",
                        "Max locked memory 65536 65536",
                        "Max pending signals 5000 5000",
                        "Max msgqueue size 819200 819200");
        assertThat(seen.lines()).contains("50", String.valueOf(48 << 20));
        assertThat(seen).containsPattern("(?m)^25000(| 100000)$");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 9, 10})
    void aLittleCpuIsEnoughToRun(long cpuMillis) {
        assertThat(real.output(real.plan("echo ran").cpuMillis(cpuMillis))).isEqualTo("ran\n");
    }

    @Test
    void memoryOfTheEnginesLeastIsTaken() {
        long least = real.engine.leastMemoryMiB();
        EngineContainer container =
                real.create(real.plan("true").memoryMiB(least).build());
        real.context.await(container::remove);
        assertThatThrownBy(
                        () -> real.create(real.plan("true").memoryMiB(least - 1).build()))
                .hasMessageContaining("Minimum memory limit allowed is 6MB");
        assertThat(real.ours()).isEmpty();
    }

    @Test
    void processesAreLimited() {
        String seen = real.output(real.plan("i=0; while [ $i -lt 80 ]; do sleep 30 & i=$((i+1)); done 2>&1; echo end"));
        assertThat(seen).contains("can't fork");
    }

    @Test
    void firstProcessIsTheEnginesInit() {
        assertThat(real.output(real.plan("cat /proc/1/cmdline | tr '\\0' ' '")))
                .contains(real.podman() ? "podman-init" : "docker-init");
    }

    @Test
    void socketDirectoryIsSharedAndTheListenerNamed(@TempDir Path folder) throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        String seen =
                real.output(real.plan("echo $FN_LISTENER; echo hello > /tmp/iofs/made; cat /tmp/iofs/given; echo $WHO")
                        .env("WHO", "a b=c\"'")
                        .sockets(Files.writeString(folder.resolve("given"), "from outside\n")
                                .getParent()));
        assertThat(seen).isEqualTo("unix:/tmp/iofs/lsnr.sock\nfrom outside\na b=c\"'\n");
        assertThat(folder.resolve("made")).hasContent("hello");
    }

    @Test
    void withoutANetworkThereIsOnlyTheLoopback() {
        assertThat(real.output(real.plan("ls /sys/class/net"))).isEqualTo("lo\n");
    }

    @Test
    void hostNameIsThisMachinesOnlyOnTheDefaultNetwork() throws IOException {
        String name = InetAddress.getLocalHost().getHostName();
        assertThat(real.output(real.plan("hostname").network())).isEqualTo(name + "\n");
        assertThat(real.output(real.plan("hostname"))).isNotEqualTo(name + "\n");
    }

    @Test
    void containersAreLabelled() {
        EngineContainer container = real.create(real.plan("true").build());
        Container listed = real.ours().get(0);
        assertThat(listed.getLabels())
                .containsEntry("dev.berth.instance", real.instances.instanceId())
                .containsEntry("dev.berth.owner", real.instances.owner())
                .containsEntry("dev.berth.role", "function")
                .containsEntry("fn-agent-classifier", "berth-it-tag")
                .containsEntry("fn-agent-instance", real.instances.instanceId());
        real.context.await(container::remove);
    }

    @Test
    void unreachableSyslogIsTheFunctionsFault() {
        EngineContainer container =
                real.create(real.plan("true").syslogUrl("tcp://127.0.0.1:1").build());
        assertThatThrownBy(() -> real.context.await(container::start))
                .isInstanceOf(RunnerException.class)
                .hasMessage("Syslog Unavailable")
                .extracting(e -> ((RunnerException) e).code())
                .isEqualTo(ErrorCode.SYSLOG_UNAVAILABLE);
        real.context.await(container::remove);
    }

    @Test
    @Rule("container-output")
    void outputGoesToSyslogWhenThereIsOne() throws IOException {
        try (SyslogSink sink = new SyslogSink()) {
            real.run(real.plan("echo a line").syslogUrl(sink.url()).build());
            assertThat(sink.next()).matches("<14>1 .* app_id=app,fn_id=fn .* a line\\s*");
        }
    }
}
