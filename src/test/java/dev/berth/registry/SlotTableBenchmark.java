package dev.berth.registry;

import dev.berth.bus.RegistryMessage.AcquireSlot;
import dev.berth.bus.RegistryMessage.ContainerReady;
import dev.berth.bus.RegistryMessage.ContainerReleased;
import dev.berth.call.ContainerTimings;
import dev.berth.config.KeepConfig;
import dev.berth.config.RegistryConfig;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * One table with few or many queues of two slots each, on a node without room for more. What is called is few of them
 * or all: with all of 100,000 called at random, the processor's caches miss at every step, whatever the table does.
 */
@State(Scope.Thread)
@Fork(jvmArgsAppend = "-XX:+UseSerialGC") // as scripts/berth has it
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SlotTableBenchmark {
    private static final int SLOTS = 2;

    @Param({"10", "1000", "100000"})
    int queues;

    /** Among how many queues the calls are spread; not more than there are. */
    @Param({"10", "100000"})
    int called;

    private final SplittableRandom random = new SplittableRandom(1);
    private AcquireSlot[] requests;
    private AcquireSlot[] strangers;
    private int spread;
    private SlotTable table;
    private SlotTable busyTable;

    @Setup
    public void fill() {
        requests = new AcquireSlot[queues];
        strangers = new AcquireSlot[queues];
        spread = Math.min(queues, called);
        for (int i = 0; i < queues; i++) {
            requests[i] = new AcquireSlot(TableDriver.INGRESS, i, "call", Specs.spec("fn" + i, 1));
            strangers[i] = new AcquireSlot(TableDriver.INGRESS, i, "call", Specs.spec("stranger" + i, 1));
        }
        table = newTable();
        busyTable = newTable();
        for (int slot = 0; slot < SLOTS; slot++) {
            for (AcquireSlot request : requests) {
                start(busyTable, request);
                start(table, request);
            }
        }
        long lease = 1;
        for (int slot = 1; slot <= queues * SLOTS; slot++) {
            table.apply(new ContainerReleased("c" + slot, lease++), System.nanoTime());
        }
    }

    private SlotTable newTable() {
        int[] launched = {0};
        return new SlotTable(
                new RegistryConfig(true, 0, 0, 100, true, Duration.ofMillis(100), KeepConfig.DEFAULT),
                new NodeCapacity((long) queues * SLOTS * Specs.MIB, 1000, List.of()),
                TableDriver.NODE,
                2,
                () -> "c" + ++launched[0]);
    }

    private static void start(SlotTable table, AcquireSlot request) {
        Command.Launch launch =
                (Command.Launch) table.apply(request, System.nanoTime()).get(0);
        table.apply(new ContainerReady(launch.containerId(), ContainerTimings.NONE), System.nanoTime());
    }

    /** A hot call: its slot is idle, and is idle again afterwards. */
    @Benchmark
    public List<Command> acquireAndRelease() {
        long now = System.nanoTime();
        Command.Grant grant = (Command.Grant)
                table.apply(requests[random.nextInt(spread)], now).get(0);
        return table.apply(new ContainerReleased(grant.containerId(), grant.lease()), now);
    }

    /** A call for which there is neither a slot nor room, such as a balancer sends every few milliseconds. */
    @Benchmark
    public List<Command> refuse() {
        return busyTable.apply(strangers[random.nextInt(spread)], System.nanoTime());
    }
}
