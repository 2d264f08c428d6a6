package dev.berth.engine.docker;

import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.Ulimit;
import com.github.dockerjava.api.model.Volume;
import com.github.dockerjava.core.command.CreateContainerCmdImpl;
import dev.berth.config.DockerConfig;
import dev.berth.engine.ContainerPlan;
import dev.berth.engine.Instances;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Turns a plan into the engine's create options: no more rights, files, processes, memory or time than the
 * plan and the configuration allow. Immutable.
 */
final class ContainerOptions {
    static final String SOCKET_FOLDER = "/tmp/iofs";
    private static final String LISTENER = "unix:" + SOCKET_FOLDER + "/lsnr.sock";
    private static final String UNPRIVILEGED_USER = "1000:1000";
    private static final long MIB = 1024 * 1024;
    private static final long CPU_PERIOD_MICROS = 100_000;
    /** The kernel takes no longer one. */
    private static final long LONGEST_CPU_PERIOD_MICROS = 1_000_000;
    /** Nor a smaller quota per period. */
    private static final long LEAST_CPU_QUOTA_MICROS = 1_000;
    /**
     * Podman would set its own default, which can exceed what its service may grant. The kernel counts the
     * processes of a user over all containers, so this is no per-container limit; the pids limit is.
     */
    private static final long PODMAN_PROCESSES = 32_768;

    private final DockerConfig config;
    private final SocketPaths paths;
    private final Map<String, String> labels;
    private final EngineFacts facts;

    ContainerOptions(DockerConfig config, SocketPaths paths, Instances instances, EngineFacts facts) {
        this.config = config;
        this.paths = paths;
        this.labels = ContainerLabels.of(instances, ContainerLabels.FUNCTION, config.labelTag());
        this.facts = facts;
    }

    /** @param network {@code none}, a network's name or {@code container:<id>}; null: the engine's default */
    CreateContainerCmdImpl of(ContainerPlan plan, @Nullable String network) {
        CreateContainerCmdImpl options = new CreateContainerCmdImpl(command -> null, null, plan.image());
        options.withEnv(environment(plan)).withLabels(labels).withHostConfig(hostConfig(plan, network));
        if (config.unprivileged()) {
            options.withUser(UNPRIVILEGED_USER);
        }
        if (network == null) {
            options.withHostName(facts.hostName());
        }
        boolean input = plan.attach() == ContainerPlan.Attach.ALL;
        boolean output = plan.attach() != ContainerPlan.Attach.NONE;
        options.withStdinOpen(input).withStdInOnce(input).withAttachStdin(input);
        options.withAttachStdout(output).withAttachStderr(output);
        return options;
    }

    private static List<String> environment(ContainerPlan plan) {
        Map<String, String> env = new TreeMap<>(plan.env());
        if (plan.socketDirectory() != null) {
            env.put("FN_LISTENER", LISTENER);
        }
        List<String> lines = new ArrayList<>(env.size());
        env.forEach((key, value) -> lines.add(key + "=" + value));
        return lines;
    }

    private HostConfig hostConfig(ContainerPlan plan, @Nullable String network) {
        HostConfig host = new HostConfig()
                .withInit(true)
                .withLogConfig(logConfig(plan))
                .withUlimits(ulimits())
                .withReadonlyRootfs(config.readOnlyRoot());
        if (network != null) {
            host.withNetworkMode(network);
        }
        if (config.unprivileged()) {
            host.withCapDrop(Capability.ALL).withSecurityOpts(List.of("no-new-privileges"));
        }
        Path sockets = plan.socketDirectory();
        if (sockets != null) {
            host.withBinds(new Bind(paths.onEngineHost(sockets).toString(), new Volume(SOCKET_FOLDER)));
        }
        limits(host, plan);
        files(host, plan);
        return host;
    }

    private void limits(HostConfig host, ContainerPlan plan) {
        if (plan.memoryMiB() > 0) {
            // Memory and swap together no more than memory alone: no swap.
            host.withMemory(plan.memoryMiB() * MIB).withMemorySwap(plan.memoryMiB() * MIB);
            if (facts.cgroupV1() && !facts.podman()) {
                host.withMemorySwappiness(0L);
            }
        }
        if (plan.cpuMillis() > 0) {
            boolean little = cpuQuota(plan.cpuMillis(), CPU_PERIOD_MICROS) < LEAST_CPU_QUOTA_MICROS;
            long period = little ? LONGEST_CPU_PERIOD_MICROS : CPU_PERIOD_MICROS;
            host.withCpuPeriod(period).withCpuQuota(cpuQuota(plan.cpuMillis(), period));
        }
        if (config.maxPids() != 0) {
            host.withPidsLimit((long) config.maxPids());
        }
    }

    private static long cpuQuota(long cpuMillis, long periodMicros) {
        return cpuMillis * (periodMicros / 1_000);
    }

    private void files(HostConfig host, ContainerPlan plan) {
        if (plan.tmpfsMiB() > 0 || config.readOnlyRoot()) {
            host.withTmpFs(Map.of("/tmp", tmpfsOptions(plan.tmpfsMiB())));
        }
        if (config.maxFsSizeMiB() > 0) {
            host.withStorageOpt(Map.of("size", config.maxFsSizeMiB() + "M"));
        }
    }

    private String tmpfsOptions(long sizeMiB) {
        if (sizeMiB <= 0) {
            return "";
        }
        // Podman knows no such option.
        boolean limited = config.maxTmpfsInodes() > 0 && !facts.podman();
        String inodes = limited ? ",nr_inodes=" + config.maxTmpfsInodes() : "";
        return "size=" + sizeMiB + "m" + inodes;
    }

    private List<Ulimit> ulimits() {
        DockerConfig.Ulimits limits = config.ulimits();
        List<Ulimit> all = new ArrayList<>();
        add(all, "nofile", limits.openFiles());
        add(all, "memlock", limits.lockedMemory());
        add(all, "sigpending", limits.pendingSignals());
        add(all, "msgqueue", limits.messageQueue());
        if (facts.podman()) {
            add(all, "nproc", PODMAN_PROCESSES);
        }
        return all;
    }

    /** A negative value is left to the engine; zero is a real limit. */
    private static void add(List<Ulimit> all, String name, long value) {
        if (value >= 0) {
            all.add(new Ulimit(name, value, value));
        }
    }

    private static LogConfig logConfig(ContainerPlan plan) {
        String url = plan.syslogUrl();
        if (url == null || url.isBlank()) {
            return new LogConfig(LogConfig.LoggingType.NONE);
        }
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("syslog-address", url.strip());
        settings.put("syslog-facility", "user");
        settings.put("syslog-format", "rfc5424");
        // To the driver the tag is a template: what would begin a directive there stands for itself.
        settings.put("tag", plan.syslogTag().replace("{{", "{{\"{{\"}}"));
        return new LogConfig(LogConfig.LoggingType.SYSLOG, settings);
    }
}
