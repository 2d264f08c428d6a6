package dev.berth.config;

import java.util.List;

/**
 * Capacity.
 *
 * @param nonBlocking refuse at once a call that cannot be placed now, instead of letting it wait
 * @param maxMemoryBytes cap of the memory given to containers; 0: what the machine has
 * @param maxCpuMillis cap of thousandths of CPUs given to containers; 0: what the machine has
 * @param maxWaiters calls that may wait on this node; more are refused
 */
public record RegistryConfig(boolean nonBlocking, long maxMemoryBytes, long maxCpuMillis, int maxWaiters) {
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

    static final List<Setting<?>> ALL = List.of(NON_BLOCKING, MAX_MEMORY, MAX_CPU_MILLIS, MAX_WAITERS);

    static RegistryConfig read(Values values) {
        return new RegistryConfig(
                values.get(NON_BLOCKING), values.get(MAX_MEMORY), values.get(MAX_CPU_MILLIS), values.get(MAX_WAITERS));
    }
}
