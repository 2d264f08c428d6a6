package dev.berth.registry;

import dev.berth.bus.Addresses;
import dev.berth.bus.RegistryMessage;
import dev.berth.bus.RegistryMessage.AcquireSlot;
import dev.berth.bus.RegistryMessage.ContainerGone;
import dev.berth.bus.RegistryMessage.ContainerReady;
import dev.berth.bus.RegistryMessage.ContainerReleased;
import dev.berth.bus.WorkerMessage.Reason;
import dev.berth.call.ContainerSpec;
import dev.berth.call.ContainerTimings;
import dev.berth.call.SlotKey;
import dev.berth.call.SpecBuilder;
import dev.berth.config.KeepConfig;
import dev.berth.config.RegistryConfig;
import dev.berth.why.SlotFacts;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Runs the registry that is shipped against a trace, in virtual time. Starts slow each other as has been measured: each
 * needs a processor for 0.7 of its time. A removal takes 100 ms. Nothing else takes any time but the calls.
 */
final class ReplayNode {
    static final double START_CPU_SHARE = 0.7;
    private static final long REMOVAL_NANOS = Duration.ofMillis(100).toNanos();
    private static final String NODE = "replay";
    private static final String INGRESS = Addresses.ingress(NODE, 0);

    /**
     * What is tried.
     *
     * @param idleTimeout of all functions
     * @param worth of idle containers; null: as the registry has learned
     */
    record Policy(
            boolean waits,
            KeepConfig keeping,
            Duration idleTimeout,
            @Nullable Worth worth) {}

    /**
     * What came of it.
     *
     * @param cold calls served by a container that had just started
     * @param waits how long each call waited, in nanoseconds, in order of length
     * @param idleMiBSeconds of containers that could take a call
     * @param allMiBSeconds of all containers, from the decision to start them until they are gone
     * @param guessed containers started ahead of a call
     * @param foreseen calls that came for these
     */
    record Outcome(
            int calls,
            int cold,
            long[] waits,
            double idleMiBSeconds,
            double allMiBSeconds,
            int started,
            int evicted,
            int expired,
            int guessed,
            int foreseen) {
        double meanWait() {
            return Arrays.stream(waits).average().orElse(0) / 1e9;
        }

        /** Seconds that all but this part of the calls waited at most. */
        double waitOf(double share) {
            return waits.length == 0 ? 0 : waits[Math.min(waits.length - 1, (int) (waits.length * share))] / 1e9;
        }
    }

    private enum Kind {
        CALL_ENDS,
        GONE
    }

    private record Event(long at, long number, Kind kind, String container, long lease) {}

    private record Start(double doneAt, String container) {}

    private record Container(int function, boolean[] idle) {}

    private final Trace trace;
    private final double processors;
    private final List<ContainerSpec> specs;
    private final SlotTable table;
    private final PriorityQueue<Event> events = new PriorityQueue<>((one, other) ->
            one.at != other.at ? Long.compare(one.at, other.at) : Long.compare(one.number, other.number));

    /** By when they will be ready, in nanoseconds of work that each has been given. */
    private final PriorityQueue<Start> starts =
            new PriorityQueue<>((one, other) -> Double.compare(one.doneAt, other.doneAt));

    private final Map<String, Container> containers = new HashMap<>();
    private final Map<SlotKey, Integer> byKey = new HashMap<>();
    private final long[] waits;
    private double worked;
    private long now;
    private long numbers;
    private int launched;
    private long idleMiB;
    private long allMiB;
    private double idleArea;
    private double allArea;
    private int cold;
    private int evicted;
    private int expired;
    private int guessed;
    private int foreseen;

    private ReplayNode(Trace trace, long memoryMiB, int processors, Policy policy) {
        this.trace = trace;
        this.processors = processors;
        this.waits = new long[trace.calls().size()];
        this.specs = trace.functions().stream()
                .map(function -> spec(function, policy.idleTimeout()))
                .toList();
        for (int i = 0; i < specs.size(); i++) {
            byKey.put(specs.get(i).key(), i);
        }
        this.table = new SlotTable(
                new RegistryConfig(false, 0, 0, Integer.MAX_VALUE, policy.waits(), Duration.ZERO, policy.keeping()),
                new NodeCapacity(memoryMiB << 20, 1000L * processors, List.of()),
                NODE,
                1,
                () -> "c" + ++launched,
                new SlotObserver() {
                    @Override
                    public void guess(Guess what) {
                        guessed += what == Guess.STARTED ? 1 : 0;
                        foreseen += what == Guess.USED ? 1 : 0;
                    }
                },
                policy.worth());
    }

    static Outcome run(Trace trace, long memoryMiB, int processors, Policy policy) {
        return new ReplayNode(trace, memoryMiB, processors, policy).run();
    }

    static SlotKey key(Trace.Function function) {
        return new SlotKey(function.name().getBytes(StandardCharsets.UTF_8));
    }

    private static ContainerSpec spec(Trace.Function function, Duration idleTimeout) {
        return SpecBuilder.of(function.name())
                .image(function.name())
                .fnId(function.name())
                .memoryMiB(function.memoryMiB())
                .cpuMillis(function.cpuMillis())
                .tmpfsMiB(function.tmpMiB())
                .idleTimeout(idleTimeout)
                .evictable(function.chargedMiB() + function.cpuMillis() > 0)
                .build();
    }

    private Outcome run() {
        for (int i = 0; i < trace.calls().size(); i++) {
            Trace.Call call = trace.calls().get(i);
            runUntil(call.atMicros() * 1000);
            apply(new AcquireSlot(INGRESS, i, "", specs.get(call.function())));
        }
        double idleToTheLast = idleArea;
        double allToTheLast = allArea;
        while (!events.isEmpty() || !starts.isEmpty()) {
            step();
        }
        Arrays.sort(waits);
        return new Outcome(
                waits.length, cold, waits, idleToTheLast, allToTheLast, launched, evicted, expired, guessed, foreseen);
    }

    private void runUntil(long at) {
        while (nextAt() <= at) {
            step();
        }
        pass(at);
    }

    private long nextAt() {
        long next = Math.min(events.isEmpty() ? Long.MAX_VALUE : events.peek().at, nextReady());
        OptionalLong deadline = table.nextDeadlineNanos();
        return deadline.isEmpty() ? next : Math.min(next, Math.max(now, deadline.getAsLong()));
    }

    private long nextReady() {
        return starts.isEmpty()
                ? Long.MAX_VALUE
                : now + (long) Math.ceil(Math.max(0, starts.peek().doneAt - worked) * slowdown());
    }

    private double slowdown() {
        return Math.max(1, START_CPU_SHARE * starts.size() / processors);
    }

    /** Whatever is due first. */
    private void step() {
        long ready = nextReady();
        long at = nextAt();
        boolean isEvent = !events.isEmpty() && events.peek().at == at;
        pass(at);
        if (isEvent) {
            happen(events.poll());
        } else if (ready == at) {
            apply(new ContainerReady(starts.poll().container, ContainerTimings.NONE));
        } else {
            carryOut(table.tick(now));
        }
    }

    private void pass(long at) {
        double seconds = (at - now) / 1e9;
        idleArea += idleMiB * seconds;
        allArea += allMiB * seconds;
        worked += (at - now) / slowdown();
        now = at;
    }

    private void happen(Event event) {
        if (event.kind == Kind.CALL_ENDS) {
            setIdle(event.container, true);
            apply(new ContainerReleased(event.container, event.lease));
        } else {
            allMiB -= size(containers.remove(event.container));
            apply(new ContainerGone(event.container));
        }
    }

    private long size(Container container) {
        return trace.functions().get(container.function).chargedMiB();
    }

    private void setIdle(String name, boolean idle) {
        Container container = containers.get(name);
        if (container.idle[0] != idle) {
            container.idle[0] = idle;
            idleMiB += idle ? size(container) : -size(container);
        }
    }

    private void apply(RegistryMessage message) {
        if (message instanceof ContainerReady ready) {
            setIdle(ready.containerId(), true);
        }
        carryOut(table.apply(message, now));
    }

    private void carryOut(List<Command> commands) {
        for (Command command : commands) {
            if (command instanceof Command.Grant grant) {
                grant(grant);
            } else if (command instanceof Command.Launch launch) {
                int function = byKey.get(launch.spec().key());
                Container container = new Container(function, new boolean[1]);
                containers.put(launch.containerId(), container);
                allMiB += size(container);
                double needs = trace.functions().get(function).startMicros() * 1e3;
                starts.add(new Start(worked + needs, launch.containerId()));
            } else if (command instanceof Command.Remove remove) {
                evicted += remove.reason() == Reason.EVICTED ? 1 : 0;
                expired += remove.reason() == Reason.IDLE_TIMEOUT ? 1 : 0;
                setIdle(remove.containerId(), false);
                starts.removeIf(start -> start.container.equals(remove.containerId()));
                events.add(new Event(now + REMOVAL_NANOS, ++numbers, Kind.GONE, remove.containerId(), 0));
            } else if (command instanceof Command.Revoke revoke) {
                table.apply(new RegistryMessage.LeaseClaimed(revoke.containerId(), revoke.lease()), now);
            } else {
                throw new IllegalStateException("unexpected: " + command);
            }
        }
    }

    private void grant(Command.Grant grant) {
        Trace.Call call = trace.calls().get((int) grant.ticket());
        setIdle(grant.containerId(), false);
        waits[(int) grant.ticket()] = now - call.atMicros() * 1000;
        cold += grant.facts().start() == SlotFacts.Start.COLD ? 1 : 0;
        events.add(
                new Event(now + call.micros() * 1000, ++numbers, Kind.CALL_ENDS, grant.containerId(), grant.lease()));
    }
}
