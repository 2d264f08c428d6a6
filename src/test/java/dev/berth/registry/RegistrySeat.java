package dev.berth.registry;

import dev.berth.bus.Addresses;
import dev.berth.bus.NodeSnapshot;
import dev.berth.bus.RegistryMessage;
import dev.berth.call.ContainerSpec;
import dev.berth.config.KeepConfig;
import dev.berth.config.RegistryConfig;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/** The shipped table and outbox without a verticle around them, for simulations outside this package. */
public final class RegistrySeat {
    private final SlotTable table;
    private final Outbox outbox;

    public RegistrySeat(String incarnation, long memoryBytes, Supplier<String> ids, BiConsumer<String, Object> send) {
        this(incarnation, memoryBytes, 1000, ids, send);
    }

    /** @param maxWaiters how many calls wait at most */
    public RegistrySeat(
            String incarnation,
            long memoryBytes,
            int maxWaiters,
            Supplier<String> ids,
            BiConsumer<String, Object> send) {
        RegistryConfig config =
                new RegistryConfig(false, 0, 0, maxWaiters, true, Duration.ofMillis(100), KeepConfig.DEFAULT);
        this.table = new SlotTable(config, new NodeCapacity(memoryBytes, 1_000_000, List.of()), incarnation, 1, ids);
        this.outbox =
                new Outbox(send, Addresses.registry(incarnation), List.of(Addresses.worker(incarnation, 0)), 1 << 18);
    }

    public void apply(RegistryMessage message, long nowNanos) {
        table.apply(message, nowNanos).forEach(outbox::post);
    }

    public void tick(long nowNanos) {
        table.tick(nowNanos).forEach(outbox::post);
    }

    public OptionalLong nextDeadlineNanos() {
        return table.nextDeadlineNanos();
    }

    public NodeSnapshot snapshot() {
        return table.snapshot();
    }

    /** Only what has changed since this was asked last. */
    public NodeSnapshot changes() {
        return table.changes();
    }

    /** A function of this name that takes so much. */
    public static ContainerSpec spec(String name, long memoryMiB) {
        return spec(name, memoryMiB, Duration.ofSeconds(3));
    }

    /** A function of this name that takes so much, and whose containers are kept that long. */
    public static ContainerSpec spec(String name, long memoryMiB, Duration idleTimeout) {
        return Specs.spec(name, memoryMiB, 0, 0, idleTimeout, null);
    }
}
