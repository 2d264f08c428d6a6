package dev.berth.call;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a slot queue's containers are made from. The first call of a slot key fixes it for the queue.
 *
 * @param memoryMiB container limit and reservation; 0: no limit, reserves nothing
 * @param cpuMillis thousandths of a CPU; 0: no quota, reserves nothing
 * @param tmpfsMiB size of /tmp; counted into the memory reservation
 * @param idleTimeout how long an unused container is kept; positive
 * @param syslogUrl where the function's output goes; null: nowhere
 * @param path the route of the call, in legacy calls; else empty
 * @param registryToken credential for pulls, from the call's extensions
 * @param extensions the call's extensions
 * @param networkDisabled run with no network at all (a status call behind the network barrier)
 * @param evictable false for status containers, which reserve nothing and are never evicted
 * @param options of the call that brought this specification
 */
public record ContainerSpec(
        SlotKey key,
        String image,
        CallFormat format,
        Map<String, String> env,
        long memoryMiB,
        long cpuMillis,
        long tmpfsMiB,
        Duration idleTimeout,
        @Nullable String syslogUrl,
        String appId,
        String appName,
        String fnId,
        String path,
        @Nullable String registryToken,
        Map<String, String> extensions,
        boolean networkDisabled,
        boolean evictable,
        SlotOptions options) {
    public ContainerSpec {
        env = Map.copyOf(env);
        extensions = Map.copyOf(extensions);
    }

    /** Of a container of which no more is known: it stands for the specification whose key is not told. */
    public static ContainerSpec standIn(
            SlotKey key,
            String image,
            long memoryMiB,
            long cpuMillis,
            long tmpfsMiB,
            Duration idleTimeout,
            boolean evictable,
            int seats) {
        return new ContainerSpec(
                key,
                image,
                CallFormat.HTTP_STREAM,
                Map.of(),
                memoryMiB,
                cpuMillis,
                tmpfsMiB,
                idleTimeout,
                null,
                "",
                "",
                "",
                "",
                null,
                Map.of(),
                false,
                evictable,
                SlotOptions.of(0, seats));
    }

    /** How many calls a container takes at once: several only over connections of their own. */
    public int seats() {
        return format == CallFormat.HTTP_STREAM ? options.concurrency() : 1;
    }

    /** Bytes reserved for one container: memory and /tmp; {@link Long#MAX_VALUE} for what is more. */
    public long reservedBytes() {
        return Saturating.bytes(Saturating.sum(memoryMiB, tmpfsMiB));
    }

    /** The same with another credential for pulls. */
    public ContainerSpec withRegistryToken(@Nullable String token) {
        if (Objects.equals(token, registryToken)) {
            return this;
        }
        return with(token, options);
    }

    /** The same of a call with other options. */
    public ContainerSpec withOptions(SlotOptions others) {
        return others.equals(options) ? this : with(registryToken, others);
    }

    private ContainerSpec with(@Nullable String token, SlotOptions others) {
        return new ContainerSpec(
                key,
                image,
                format,
                env,
                memoryMiB,
                cpuMillis,
                tmpfsMiB,
                idleTimeout,
                syslogUrl,
                appId,
                appName,
                fnId,
                path,
                token,
                extensions,
                networkDisabled,
                evictable,
                others);
    }
}
