package dev.berth.config;

import java.time.Duration;
import java.util.List;

/**
 * Capacity.
 *
 * @param nonBlocking refuse at once a call that cannot be placed now, instead of letting it wait
 * @param maxMemoryBytes cap of the memory given to containers; 0: what the machine has
 * @param maxCpuMillis cap of thousandths of CPUs given to containers; 0: what the machine has
 * @param maxWaiters calls that may wait on this node; more are refused
 * @param waits whether a call waits for a busy container where that takes less time than another's start
 * @param nonBlockingWait for how long at most it does where it is refused at once else; 0: not at all
 * @param keeping which idle containers are kept
 */
public record RegistryConfig(
        boolean nonBlocking,
        long maxMemoryBytes,
        long maxCpuMillis,
        int maxWaiters,
        boolean waits,
        Duration nonBlockingWait,
        KeepConfig keeping) {
    static final Setting<Boolean> NON_BLOCKING = Setting.of(
                    "registry.nonBlocking",
                    SettingTypes.bool(),
                    false,
                    "Refuse at once a call that finds no room now, so that it is placed elsewhere, instead of"
                            + " letting it wait.")
            .or(FnRules.bool("FN_ENABLE_NB_RESOURCE_TRACKER"));

    static final Setting<Long> MAX_MEMORY = Setting.of(
                    "registry.maxMemory",
                    SettingTypes.size(0, Long.MAX_VALUE),
                    0L,
                    "Cap of the memory that containers may have together; 0: what the machine has.")
            .or(FnRules.uint("FN_MAX_TOTAL_MEMORY_BYTES").noted("bytes"));

    static final Setting<Long> MAX_CPU_MILLIS = Setting.of(
                    "registry.maxCpuMillis",
                    SettingTypes.longInteger(0, Long.MAX_VALUE),
                    0L,
                    "Cap of the processors that containers may have together, in thousandths; 0: what the machine has.")
            .or(FnRules.uint("FN_MAX_TOTAL_CPU_MCPUS"));

    static final Setting<Integer> MAX_WAITERS = Setting.of(
            "registry.maxWaiters",
            SettingTypes.integer(0, Integer.MAX_VALUE),
            10_000,
            "Calls that may wait for a container on this node; more are refused and placed elsewhere.");

    static final Setting<Boolean> WAIT = Setting.of(
            "registry.wait",
            SettingTypes.bool(),
            true,
            "Let a call wait for a busy or starting container of its function where that should be free sooner than"
                    + " another could start, instead of starting one for each call.");

    static final Setting<Duration> NON_BLOCKING_WAIT = Setting.of(
            "registry.nonBlockingWait",
            SettingTypes.duration(Duration.ZERO),
            Duration.ofMillis(100),
            "How long a call waits so at most with registry.nonBlocking, and for room that others are to give up, from"
                    + " when they may; then a container is started for it, or it is refused. 0: not at all.");

    static final List<Setting<?>> ALL =
            List.of(NON_BLOCKING, MAX_MEMORY, MAX_CPU_MILLIS, MAX_WAITERS, WAIT, NON_BLOCKING_WAIT);

    static RegistryConfig read(Values values) {
        return new RegistryConfig(
                values.get(NON_BLOCKING),
                values.get(MAX_MEMORY),
                values.get(MAX_CPU_MILLIS),
                values.get(MAX_WAITERS),
                values.get(WAIT),
                values.get(NON_BLOCKING_WAIT),
                KeepConfig.read(values));
    }
}
