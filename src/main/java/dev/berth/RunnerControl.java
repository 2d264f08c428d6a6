package dev.berth;

import dev.berth.bus.Addresses;
import dev.berth.bus.RegistryMessage;
import dev.berth.call.SlotKey;
import dev.berth.ops.NodeControl;
import dev.berth.status.LogLevels;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What operators can have done to a runner. Thread-safe.
 *
 * @param incarnation of the node, whose registry listens on the bus
 * @param stop begins the drain, and is told whether to hand over
 */
record RunnerControl(EventBus bus, String incarnation, Consumer<Boolean> stop) implements NodeControl {
    @Override
    public void drain(boolean handOver) {
        stop.accept(handOver);
    }

    @Override
    public void clear(Set<SlotKey> keys) {
        bus.send(
                Addresses.registry(incarnation),
                new RegistryMessage.Clear(keys),
                new DeliveryOptions().setLocalOnly(true));
    }

    @Override
    public void logLevel(String level) {
        LogLevels.set(level);
    }
}
