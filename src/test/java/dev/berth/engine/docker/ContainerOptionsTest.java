package dev.berth.engine.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.engine.ContainerPlan;
import dev.berth.engine.ContainerPlan.Attach;
import dev.berth.engine.Instances;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The create request, as it goes to the engine. */
final class ContainerOptionsTest {
    private static final ContainerPlan PLAN = new ContainerPlan(
            "01H",
            "user/fn:1",
            Map.of("B", "2", "A", "1=1"),
            128,
            250,
            16,
            Path.of("/sockets/x"),
            null,
            "",
            false,
            Attach.NONE);

    @Test
    void everythingIsSetAsDocumented() {
        JsonObject expected = new JsonObject("""
                {
                  "User": "1000:1000",
                  "AttachStdin": false, "AttachStdout": false, "AttachStderr": false,
                  "OpenStdin": false, "StdinOnce": false,
                  "Env": ["A=1=1", "B=2", "FN_LISTENER=unix:/tmp/iofs/lsnr.sock"],
                  "Image": "user/fn:1", "Volumes": {}, "ExposedPorts": {},
                  "Labels": {"dev.berth.instance": "0123456789ab", "dev.berth.owner": "host:/tmp", "dev.berth.role": "function"},
                  "HostConfig": {
                    "Binds": ["/sockets/x:/tmp/iofs:rw"],
                    "CapDrop": ["ALL"],
                    "SecurityOpt": ["no-new-privileges"],
                    "LogConfig": {"Type": "none"},
                    "Memory": 134217728, "MemorySwap": 134217728, "MemorySwappiness": 0,
                    "CpuQuota": 25000, "CpuPeriod": 100000,
                    "NetworkMode": "net",
                    "ReadonlyRootfs": true,
                    "PidsLimit": 50,
                    "Ulimits": [
                      {"Name": "nofile", "Soft": 350, "Hard": 350},
                      {"Name": "memlock", "Soft": 65536, "Hard": 65536},
                      {"Name": "sigpending", "Soft": 5000, "Hard": 5000},
                      {"Name": "msgqueue", "Soft": 819200, "Hard": 819200}],
                    "Tmpfs": {"/tmp": "size=16m"},
                    "Init": true
                  }
                }""");
        assertThat(json(Map.of(), false, true, PLAN, "net")).isEqualTo(expected);
    }

    @Test
    void everythingTheOperatorCanSwitchOffIsOff() {
        Map<String, String> off = Map.of(
                "FN_DISABLE_UNPRIVILEGED_CONTAINERS", "true",
                "FN_DISABLE_READONLY_ROOTFS", "true",
                "FN_MAX_PIDS", "0");
        ContainerPlan bare = new ContainerPlan("01H", "fn", Map.of(), 0, 0, 0, null, null, "", false, Attach.NONE);
        JsonObject json = json(off, false, true, bare, null);
        JsonObject host = json.getJsonObject("HostConfig");
        assertThat(json.getString("User")).isNull();
        assertThat(json.getString("Hostname")).isEqualTo("machine");
        assertThat(json.getJsonArray("Env")).isEmpty();
        assertThat(host.fieldNames())
                .doesNotContain("CapDrop", "SecurityOpt", "Memory", "MemorySwap", "MemorySwappiness", "CpuQuota")
                .doesNotContain("CpuPeriod", "PidsLimit", "Tmpfs", "Binds", "NetworkMode", "StorageOpt");
        assertThat(host.getBoolean("ReadonlyRootfs")).isFalse();
    }

    @Test
    void rarerSettingsAreSet() {
        Map<String, String> more = Map.of(
                "FN_CONTAINER_LABEL_TAG", "tag",
                "FN_MAX_FS_SIZE_MB", "512",
                "FN_MAX_TMPFS_INODES", "77",
                "FN_MAX_OPEN_FILES", "0");
        JsonObject json = json(more, false, true, PLAN, null);
        JsonObject host = json.getJsonObject("HostConfig");
        assertThat(json.getJsonObject("Labels").getMap())
                .containsEntry("fn-agent-classifier", "tag")
                .containsEntry("fn-agent-instance", "0123456789ab");
        assertThat(host.getJsonObject("StorageOpt").getString("size")).isEqualTo("512M");
        assertThat(host.getJsonObject("Tmpfs").getString("/tmp")).isEqualTo("size=16m,nr_inodes=77");
        assertThat(host.getJsonArray("Ulimits").getJsonObject(0).getInteger("Hard"))
                .isZero();
    }

    @Test
    void tmpfsWithoutASizeIsTheEnginesDefault() {
        ContainerPlan plan = new ContainerPlan("01H", "fn", Map.of(), 0, 0, 0, null, null, "", true, Attach.NONE);
        assertThat(host(json(Map.of("FN_MAX_TMPFS_INODES", "9"), false, true, plan, "none"))
                        .getJsonObject("Tmpfs")
                        .getString("/tmp"))
                .isEmpty();
    }

    @Test
    void swappinessIsLeftOutWhereItMeansNothing() {
        assertThat(host(json(Map.of(), false, false, PLAN, null)).fieldNames()).doesNotContain("MemorySwappiness");
        assertThat(host(json(Map.of(), true, true, PLAN, null)).fieldNames()).doesNotContain("MemorySwappiness");
    }

    @Test
    void podmanGetsAProcessLimitOfItsOwn() {
        JsonArray limits = host(json(Map.of(), true, false, PLAN, null)).getJsonArray("Ulimits");
        assertThat(limits.getJsonObject(limits.size() - 1).getString("Name")).isEqualTo("nproc");
    }

    /** Podman 4.3: {@code unknown mount option "nr_inodes=64": invalid mount option}. */
    @Test
    void podmanIsNotAskedToLimitTheFilesOfTmp() {
        ContainerPlan plan = new ContainerPlan("01H", "fn", Map.of(), 0, 0, 16, null, null, "", true, Attach.NONE);
        assertThat(host(json(Map.of("FN_MAX_TMPFS_INODES", "9"), true, true, plan, "none"))
                        .getJsonObject("Tmpfs")
                        .getString("/tmp"))
                .isEqualTo("size=16m");
    }

    @Test
    void outputGoesToSyslogIfThereIsOne() {
        ContainerPlan plan = new ContainerPlan(
                "01H", "fn", Map.of(), 0, 0, 0, null, " tcp://log:514 ", "app_id=a,fn_id=f", false, Attach.NONE);
        assertThat(host(json(Map.of(), false, true, plan, null)).getJsonObject("LogConfig"))
                .isEqualTo(new JsonObject("""
                        {"Type": "syslog", "Config": {"syslog-address": "tcp://log:514", "syslog-facility": "user",
                         "syslog-format": "rfc5424", "tag": "app_id=a,fn_id=f"}}"""));
    }

    @Test
    void idsInTheTagAreNoTemplates() {
        ContainerPlan plan = new ContainerPlan(
                "01H", "fn", Map.of(), 0, 0, 0, null, "tcp://log:514", "app_id={{{.ID}}", false, Attach.NONE);
        assertThat(host(json(Map.of(), false, true, plan, null))
                        .getJsonObject("LogConfig")
                        .getJsonObject("Config")
                        .getString("tag"))
                .isEqualTo("app_id={{\"{{\"}}{.ID}}");
    }

    @ParameterizedTest
    @CsvSource({"1,1000000,1000", "9,1000000,9000", "10,100000,1000", "1024000,100000,102400000"})
    void aLittleCpuIsAQuotaThatTheKernelTakes(long cpuMillis, int period, int quota) {
        ContainerPlan plan =
                new ContainerPlan("01H", "fn", Map.of(), 0, cpuMillis, 0, null, null, "", false, Attach.NONE);
        assertThat(host(json(Map.of(), false, true, plan, null)).getMap())
                .containsEntry("CpuPeriod", period)
                .containsEntry("CpuQuota", quota);
    }

    @Test
    void streamsAreOpenedAsAttached() {
        ContainerPlan all = new ContainerPlan("01H", "fn", Map.of(), 0, 0, 0, null, null, "", false, Attach.ALL);
        ContainerPlan output = new ContainerPlan("01H", "fn", Map.of(), 0, 0, 0, null, null, "", false, Attach.OUTPUT);
        assertThat(json(Map.of(), false, true, all, null).getMap())
                .containsEntry("OpenStdin", true)
                .containsEntry("StdinOnce", true)
                .containsEntry("AttachStdin", true)
                .containsEntry("AttachStdout", true);
        assertThat(json(Map.of(), false, true, output, null).getMap())
                .containsEntry("OpenStdin", false)
                .containsEntry("AttachStdin", false)
                .containsEntry("AttachStderr", true);
    }

    private static JsonObject host(JsonObject json) {
        return json.getJsonObject("HostConfig");
    }

    private static JsonObject json(
            Map<String, String> environment, boolean podman, boolean cgroupV1, ContainerPlan plan, String network) {
        ContainerOptions options = new ContainerOptions(
                RealEngine.docker(new HashMap<>(environment)),
                new SocketPaths(Path.of("/sockets"), null),
                new Someone(),
                new EngineFacts(podman, "20.10", "1.41", cgroupV1, "machine", "x86_64", 2));
        return new JsonObject(EngineApi.write(options.of(plan, network)));
    }

    private static final class Someone implements Instances {
        @Override
        public String instanceId() {
            return "0123456789ab";
        }

        @Override
        public String owner() {
            return "host:/tmp";
        }

        @Override
        public boolean alive(String instanceId) {
            return true;
        }
    }
}
