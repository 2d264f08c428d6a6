package dev.berth.registry;

import dev.berth.call.CallFormat;
import dev.berth.call.ContainerSpec;
import dev.berth.call.SlotKey;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/** Container specifications for tests. */
final class Specs {
    static final long MIB = 1L << 20;

    private Specs() {}

    static SlotKey key(String name) {
        return new SlotKey(name.getBytes(StandardCharsets.UTF_8));
    }

    static SlotQueue queue(ContainerSpec template) {
        return new SlotQueue(template, new Learned(new Demand(), new Arrivals(), new UsualGaps()), 1, new Changes());
    }

    /** The same function with other settings. */
    static ContainerSpec newKey(ContainerSpec spec, String name) {
        return new ContainerSpec(
                key(name),
                spec.image(),
                spec.format(),
                spec.env(),
                spec.memoryMiB(),
                spec.cpuMillis(),
                spec.tmpfsMiB(),
                spec.idleTimeout(),
                spec.syslogUrl(),
                spec.appId(),
                spec.appName(),
                spec.fnId(),
                spec.path(),
                spec.registryToken(),
                spec.extensions(),
                spec.networkDisabled(),
                spec.evictable());
    }

    static ContainerSpec spec(String name, long memoryMiB) {
        return spec(name, memoryMiB, 0);
    }

    static ContainerSpec spec(String name, long memoryMiB, long cpuMillis) {
        return spec(name, memoryMiB, cpuMillis, 0, Duration.ofSeconds(30), null);
    }

    static ContainerSpec spec(
            String name, long memoryMiB, long cpuMillis, long tmpfsMiB, Duration idleTimeout, String token) {
        return new ContainerSpec(
                key(name),
                "registry/" + name + ":1",
                CallFormat.HTTP_STREAM,
                Map.of(),
                memoryMiB,
                cpuMillis,
                tmpfsMiB,
                idleTimeout,
                null,
                "app",
                "app-name",
                "fn-" + name,
                "",
                token,
                Map.of(),
                false,
                memoryMiB + cpuMillis + tmpfsMiB > 0);
    }
}
