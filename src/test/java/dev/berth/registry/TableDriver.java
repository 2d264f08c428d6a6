package dev.berth.registry;

import static dev.berth.registry.Specs.MIB;

import dev.berth.bus.Addresses;
import dev.berth.bus.NodeSnapshot;
import dev.berth.bus.RegistryMessage;
import dev.berth.bus.RegistryMessage.AcquireSlot;
import dev.berth.bus.RegistryMessage.CancelAcquire;
import dev.berth.bus.RegistryMessage.ContainerGone;
import dev.berth.bus.RegistryMessage.ContainerPaused;
import dev.berth.bus.RegistryMessage.ContainerReady;
import dev.berth.bus.RegistryMessage.ContainerReleased;
import dev.berth.bus.RegistryMessage.LaunchFailed;
import dev.berth.bus.RegistryMessage.ReturnLease;
import dev.berth.call.ContainerSpec;
import dev.berth.call.ContainerTimings;
import dev.berth.config.KeepConfig;
import dev.berth.config.RegistryConfig;
import dev.berth.error.ErrorCode;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * Drives a {@link SlotTable} by hand. Containers are named c1, c2, … in order of launch; the name of a call
 * stands for its ticket too.
 */
final class TableDriver {
    static final ContainerTimings TIMINGS = new ContainerTimings(1, 2, 3, 4);

    static final String NODE = "here";
    static final String INGRESS = Addresses.ingress(NODE, 0);

    final SlotTable table;
    private long now = Long.MAX_VALUE - 1_000_000_000L; // so that the clock wraps round within a test
    private int launched;

    private TableDriver(RegistryConfig config, NodeCapacity capacity, int workers) {
        table = new SlotTable(config, capacity, NODE, workers, () -> "c" + ++launched);
    }

    static TableDriver blocking(long memoryMiB) {
        return of(false, memoryMiB, 8000, 1000, 1);
    }

    static TableDriver nonBlocking(long memoryMiB) {
        return of(true, memoryMiB, 8000, 1000, 1);
    }

    static TableDriver of(boolean nonBlocking, long memoryMiB, long cpuMillis, int maxWaiters, int workers) {
        return new TableDriver(
                new RegistryConfig(nonBlocking, 0, 0, maxWaiters, true, Duration.ofMillis(100), KeepConfig.DEFAULT),
                new NodeCapacity(memoryMiB * MIB, cpuMillis, List.of()),
                workers);
    }

    /** Blocking, and where no call is put off. */
    static TableDriver without() {
        return new TableDriver(
                new RegistryConfig(false, 0, 0, 1000, false, Duration.ZERO, KeepConfig.DEFAULT),
                new NodeCapacity(100 * MIB, 8000, List.of()),
                1);
    }

    /** Blocking, with these settings for idle containers. */
    static TableDriver keeping(KeepConfig keeping, long memoryMiB) {
        return new TableDriver(
                new RegistryConfig(false, 0, 0, 1000, true, Duration.ZERO, keeping),
                new NodeCapacity(memoryMiB * MIB, 8000, List.of()),
                1);
    }

    List<Command> apply(RegistryMessage message) {
        return table.apply(message, now);
    }

    static AcquireSlot acquire(String call, ContainerSpec spec) {
        return new AcquireSlot(INGRESS, ticket(call), call, spec);
    }

    static CancelAcquire cancelled(String call) {
        return new CancelAcquire(INGRESS, ticket(call));
    }

    static ContainerReady isReady(String container) {
        return new ContainerReady(container, TIMINGS);
    }

    List<Command> call(String call, ContainerSpec spec) {
        return apply(acquire(call, spec));
    }

    List<Command> cancel(String call) {
        return apply(cancelled(call));
    }

    List<Command> ready(String container) {
        return apply(isReady(container));
    }

    List<Command> fails(String container, ErrorCode error) {
        return apply(new LaunchFailed(container, error.exception(), TIMINGS));
    }

    List<Command> release(String container, long lease) {
        return apply(new ContainerReleased(container, lease));
    }

    List<Command> giveBack(String container, long lease) {
        return apply(new ReturnLease(container, lease));
    }

    List<Command> gone(String container) {
        return apply(new ContainerGone(container));
    }

    List<Command> ending(String container) {
        return apply(new RegistryMessage.ContainerEnding(container));
    }

    List<Command> paused(String container, boolean paused) {
        return apply(new ContainerPaused(container, paused));
    }

    List<Command> engineAnswers(boolean answers) {
        return apply(new RegistryMessage.EngineAnswers(answers));
    }

    List<Command> clear(ContainerSpec spec) {
        return apply(new RegistryMessage.Clear(Set.of(spec.key())));
    }

    List<Command> drain() {
        return apply(new RegistryMessage.Drain());
    }

    /** Lets time pass, and the table see it. */
    List<Command> pass(Duration time) {
        now += time.toNanos();
        return table.tick(now);
    }

    /** How many containers were. */
    int launched() {
        return launched;
    }

    long now() {
        return now;
    }

    /** A container that has served one call and is idle now. Needs room. */
    String idle(String name, ContainerSpec spec) {
        Command.Launch launch = (Command.Launch) call(name, spec).get(0);
        Command.Grant grant = (Command.Grant) ready(launch.containerId()).get(0);
        release(grant.containerId(), grant.lease());
        return launch.containerId();
    }

    /** A container that runs a call now. Needs room. */
    Command.Grant busy(String name, ContainerSpec spec) {
        Command.Launch launch = (Command.Launch) call(name, spec).get(0);
        return (Command.Grant) ready(launch.containerId()).get(0);
    }

    NodeSnapshot snapshot() {
        return table.snapshot();
    }

    long usedMiB() {
        return snapshot().memoryUsedBytes() / MIB;
    }

    static long ticket(String call) {
        return call.hashCode();
    }
}
