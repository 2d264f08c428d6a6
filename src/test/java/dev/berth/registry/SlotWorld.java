package dev.berth.registry;

import static dev.berth.registry.Specs.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.NodeSnapshot;
import dev.berth.bus.RegistryMessage;
import dev.berth.bus.WorkerMessage;
import dev.berth.call.ContainerSpec;
import dev.berth.call.ContainerTimings;
import dev.berth.call.SlotKey;
import dev.berth.config.RegistryConfig;
import dev.berth.error.ErrorCode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A {@link SlotTable} among one ingress and one worker that do anything their contracts allow, with every
 * message on its way for any length of time, but in order per sender and receiver. After each turn of the
 * table the world checks what must hold.
 */
final class SlotWorld {
    static final long TOTAL_MIB = 10;
    static final long TOTAL_CPU = 4000;
    static final int MAX_WAITERS = 20;

    /** The functions: small, middling, big, the whole node, weightless, only CPU, and one that never fits. */
    static final List<ContainerSpec> FUNCTIONS = List.of(
            Specs.spec("small", 1, 0, 0, Duration.ofSeconds(10), null),
            Specs.spec("middling", 1, 1000, 1, Duration.ofSeconds(20), null),
            Specs.spec("big", 5, 500),
            Specs.spec("whole", TOTAL_MIB),
            Specs.spec("status", 0),
            Specs.spec("cpu", 0, 3000),
            Specs.spec("hopeless", TOTAL_MIB + 1));

    enum AtWorker {
        STARTING,
        IDLE,
        BUSY,
        ENDING
    }

    enum CallState {
        WAITING,
        RUNNING,
        OVER,
        CANCELLED
    }

    static final class Container {
        final String id;
        final ContainerSpec spec;
        AtWorker state = AtWorker.STARTING;
        long lease;

        /** As the table knows it: told to go, or known to be going. */
        boolean condemned;

        long knownLease;
        boolean knownReady;
        long idleSince;

        /** Grows by turn in which it became idle; 0 while it is not. */
        long idleTurn;

        Container(String id, ContainerSpec spec) {
            this.id = id;
            this.spec = spec;
        }
    }

    static final class Call {
        final long ticket;
        final ContainerSpec spec;
        CallState state = CallState.WAITING;
        int answers;
        boolean cancelKnown;
        String container = "";

        Call(long ticket, ContainerSpec spec) {
            this.ticket = ticket;
            this.spec = spec;
        }
    }

    final boolean nonBlocking;
    final SlotTable table;
    final Map<String, Container> containers = new LinkedHashMap<>();
    final Map<Long, Call> calls = new LinkedHashMap<>();
    private final Map<SlotKey, List<Long>> queued = new HashMap<>();
    private final Deque<RegistryMessage> fromIngress = new ArrayDeque<>();
    private final Deque<RegistryMessage> fromWorker = new ArrayDeque<>();
    private final Deque<Command> toIngress = new ArrayDeque<>();
    private final Deque<Command> toWorker = new ArrayDeque<>();
    private long now = Long.MAX_VALUE - 5_000_000_000L;
    private long tickets;
    private long turns;
    private int launched;
    private boolean drainSent;
    int drained;
    int evicted;

    SlotWorld(boolean nonBlocking) {
        this.nonBlocking = nonBlocking;
        table = new SlotTable(
                new RegistryConfig(nonBlocking, 0, 0, MAX_WAITERS),
                new NodeCapacity(TOTAL_MIB * MIB, TOTAL_CPU, List.of()),
                1,
                () -> "c" + ++launched);
    }

    // What can happen.

    void call(int function) {
        Call call = new Call(++tickets, FUNCTIONS.get(function % FUNCTIONS.size()));
        calls.put(call.ticket, call);
        fromIngress.add(new RegistryMessage.AcquireSlot("ingress", call.ticket, "call-" + call.ticket, call.spec));
    }

    void cancel(int which) {
        pick(which, callsIn(CallState.WAITING)).ifPresent(call -> {
            call.state = CallState.CANCELLED;
            fromIngress.add(new RegistryMessage.CancelAcquire("ingress", call.ticket));
        });
    }

    void start(int which) {
        pick(which, containersIn(AtWorker.STARTING)).ifPresent(container -> {
            container.state = AtWorker.IDLE;
            fromWorker.add(new RegistryMessage.ContainerReady(container.id, ContainerTimings.NONE));
        });
    }

    void failStart(int which) {
        pick(which, containersIn(AtWorker.STARTING)).ifPresent(container -> {
            container.state = AtWorker.ENDING;
            fromWorker.add(new RegistryMessage.LaunchFailed(
                    container.id, ErrorCode.INIT_TIMEOUT.exception(), ContainerTimings.NONE));
        });
    }

    void finish(int which) {
        pick(which, containersIn(AtWorker.BUSY)).ifPresent(container -> {
            container.state = AtWorker.IDLE;
            callOver(container);
            fromWorker.add(new RegistryMessage.ContainerReleased(container.id, container.lease));
        });
    }

    void die(int which, boolean announced) {
        List<Container> alive = new ArrayList<>(containersIn(AtWorker.STARTING));
        alive.addAll(containersIn(AtWorker.IDLE));
        alive.addAll(containersIn(AtWorker.BUSY));
        pick(which, alive).ifPresent(container -> {
            if (container.state == AtWorker.BUSY) {
                callOver(container);
            }
            container.state = AtWorker.ENDING;
            if (announced) {
                fromWorker.add(new RegistryMessage.ContainerEnding(container.id));
            }
        });
    }

    void vanish(int which) {
        pick(which, containersIn(AtWorker.ENDING)).ifPresent(container -> {
            containers.remove(container.id);
            fromWorker.add(new RegistryMessage.ContainerGone(container.id));
        });
    }

    void freeze(int which, boolean frozen) {
        pick(which, containersIn(AtWorker.IDLE))
                .ifPresent(container -> fromWorker.add(new RegistryMessage.ContainerPaused(container.id, frozen)));
    }

    void pass(Duration time) {
        now += time.toNanos();
        turn(table.tick(now));
        for (Container container : knownToTable.values()) {
            if (container.idleTurn > 0) {
                assertThat(idleTime(container)).as("kept too long").isLessThan(container.spec.idleTimeout());
            }
        }
    }

    void drain() {
        drainSent = true;
        turn(table.apply(new RegistryMessage.Drain(), now));
    }

    void deliverFromIngress() {
        deliver(fromIngress.poll());
    }

    void deliverFromWorker() {
        deliver(fromWorker.poll());
    }

    void deliverToIngress(boolean returnIt) {
        Command command = toIngress.poll();
        if (command instanceof Command.Grant grant) {
            Call call = calls.get(grant.ticket());
            if (call.state == CallState.CANCELLED || returnIt) {
                call.state = call.state == CallState.CANCELLED ? call.state : CallState.OVER;
                fromIngress.add(new RegistryMessage.ReturnLease(grant.containerId(), grant.lease()));
            } else {
                run(call, grant);
            }
        } else if (command instanceof Command.Refuse refuse) {
            Call call = calls.get(refuse.ticket());
            call.state = call.state == CallState.CANCELLED ? call.state : CallState.OVER;
        }
    }

    void deliverToWorker() {
        Command command = toWorker.poll();
        if (command instanceof Command.Launch launch) {
            containers.put(launch.containerId(), known(launch.containerId()));
        } else if (command instanceof Command.Remove remove) {
            Container container = containers.get(remove.containerId());
            if (container != null) {
                assertThat(container.state).as("removed while it runs a call").isNotEqualTo(AtWorker.BUSY);
                container.state = AtWorker.ENDING;
            }
        }
    }

    /** Everything that is under way ends well, until nothing moves. No time passes. */
    void settle() {
        for (int round = 0; ; round++) {
            assertThat(round).as("the world does not come to rest").isLessThan(10_000);
            if (fromIngress.isEmpty()
                    && fromWorker.isEmpty()
                    && toIngress.isEmpty()
                    && toWorker.isEmpty()
                    && containersIn(AtWorker.STARTING).isEmpty()
                    && containersIn(AtWorker.BUSY).isEmpty()
                    && containersIn(AtWorker.ENDING).isEmpty()) {
                return;
            }
            deliverToWorker();
            deliverToIngress(false);
            start(0);
            finish(0);
            vanish(0);
            deliverFromWorker();
            deliverFromIngress();
        }
    }

    // The table's turn, and what must hold.

    private final Map<String, Container> knownToTable = new HashMap<>();

    private Container known(String id) {
        Container container = knownToTable.get(id);
        assertThat(container).as("unknown container " + id).isNotNull();
        return container;
    }

    private void deliver(RegistryMessage message) {
        if (message == null) {
            return;
        }
        note(message);
        turn(table.apply(message, now));
    }

    /** Keeps our own books of what the table knows. */
    private void note(RegistryMessage message) {
        if (message instanceof RegistryMessage.AcquireSlot acquire) {
            SlotKey key = acquire.spec().key();
            queued.computeIfAbsent(key, k -> new ArrayList<>()).add(acquire.ticket());
        } else if (message instanceof RegistryMessage.CancelAcquire cancel) {
            Call call = calls.get(cancel.ticket());
            call.cancelKnown = true;
            queued.get(call.spec.key()).remove(cancel.ticket());
        } else if (message instanceof RegistryMessage.ReturnLease returned) {
            forgetLease(returned.containerId(), returned.lease());
        } else if (message instanceof RegistryMessage.ContainerReleased released) {
            forgetLease(released.containerId(), released.lease());
        } else if (message instanceof RegistryMessage.ContainerReady ready) {
            Container container = knownToTable.get(ready.containerId());
            container.knownReady = true;
        } else if (message instanceof RegistryMessage.LaunchFailed failed) {
            known(failed.containerId()).condemned = true;
        } else if (message instanceof RegistryMessage.ContainerEnding ending) {
            known(ending.containerId()).condemned = true;
        } else if (message instanceof RegistryMessage.ContainerGone gone) {
            knownToTable.remove(gone.containerId());
        }
    }

    private void forgetLease(String id, long lease) {
        Container container = knownToTable.get(id);
        if (container != null && container.knownLease == lease) {
            container.knownLease = 0;
        }
    }

    private void turn(List<Command> commands) {
        for (Command command : commands) {
            if (command instanceof Command.Grant grant) {
                granted(grant);
                toIngress.add(command);
            } else if (command instanceof Command.Refuse refuse) {
                refused(refuse);
                toIngress.add(command);
            } else if (command instanceof Command.Launch launch) {
                assertThat(drainSent).as("launches while draining").isFalse();
                knownToTable.put(launch.containerId(), new Container(launch.containerId(), launch.spec()));
                toWorker.add(command);
            } else if (command instanceof Command.Remove remove) {
                Container container = known(remove.containerId());
                assertThat(container.condemned).as("removed twice").isFalse();
                assertThat(container.knownLease).as("removed while leased").isZero();
                removed(container, remove.reason());
                container.condemned = true;
                toWorker.add(command);
            } else {
                assertThat(knownToTable).isEmpty();
                drained++;
            }
        }
        turns++;
        for (Container container : knownToTable.values()) {
            boolean idle = container.knownReady && !container.condemned && container.knownLease == 0;
            if (idle && container.idleTurn == 0) {
                container.idleSince = now;
            }
            if (!idle) {
                container.idleTurn = 0;
            } else if (container.idleTurn == 0) {
                container.idleTurn = turns;
            }
        }
        check();
    }

    private void refused(Command.Refuse refuse) {
        if (!nonBlocking && !drainSent && refuse.error().code() == ErrorCode.SERVER_BUSY) {
            assertThat(waiting()).as("refused although it could have waited").isGreaterThanOrEqualTo(MAX_WAITERS);
        }
        answered(refuse.ticket());
    }

    private void removed(Container container, WorkerMessage.Reason reason) {
        switch (reason) {
            case IDLE_TIMEOUT ->
                assertThat(idleTime(container))
                        .as("removed too early")
                        .isGreaterThanOrEqualTo(container.spec.idleTimeout());
            case EVICTED -> {
                evicted++;
                assertThat(container.spec.evictable()).isTrue();
                assertThat(table.snapshot().queues())
                        .as("evicted for nobody")
                        .anyMatch(queue -> queue.waiting() > queue.starting());
            }
            case DRAINING -> assertThat(drainSent).isTrue();
        }
    }

    private Duration idleTime(Container container) {
        return Duration.ofNanos(now - container.idleSince);
    }

    private int waiting() {
        return queued.values().stream().mapToInt(List::size).sum();
    }

    private void granted(Command.Grant grant) {
        Container container = known(grant.containerId());
        assertThat(container.condemned).as("grants what is going").isFalse();
        assertThat(container.knownLease).as("leases twice").isZero();
        for (Container other : knownToTable.values()) {
            if (container.idleTurn > 0 && other.spec.key().equals(container.spec.key())) {
                assertThat(other.idleTurn).as("last in, first out").isLessThanOrEqualTo(container.idleTurn);
            }
        }
        container.knownLease = grant.lease();
        Call call = calls.get(grant.ticket());
        assertThat(container.spec.key()).isEqualTo(call.spec.key());
        assertThat(queued.get(call.spec.key()).get(0)).as("first come").isEqualTo(grant.ticket());
        answered(grant.ticket());
    }

    private void answered(long ticket) {
        Call call = calls.get(ticket);
        assertThat(call.cancelKnown).as("answers a cancelled call").isFalse();
        assertThat(++call.answers).isEqualTo(1);
        queued.get(call.spec.key()).remove(ticket);
    }

    private void check() {
        NodeSnapshot snapshot = table.snapshot();
        long bytes = 0;
        long cpu = 0;
        long going = 0;
        for (Container container : knownToTable.values()) {
            bytes += container.spec.reservedBytes();
            cpu += container.spec.cpuMillis();
            going += container.condemned ? 1 : 0;
        }
        assertThat(snapshot.memoryUsedBytes()).isEqualTo(bytes).isLessThanOrEqualTo(TOTAL_MIB * MIB);
        assertThat(snapshot.cpuUsedMillis()).isEqualTo(cpu).isLessThanOrEqualTo(TOTAL_CPU);
        int waiting = 0;
        for (NodeSnapshot.Queue queue : snapshot.queues()) {
            waiting += queue.waiting();
            assertThat(queue.waiting())
                    .isEqualTo(queued.getOrDefault(queue.key(), List.of()).size());
            if (queue.waiting() > 0) {
                assertThat(queue.idle()).as("waits beside an idle slot").isZero();
            }
            if (nonBlocking && queue.waiting() > queue.starting()) {
                assertThat(going).as("waits for nothing").isPositive();
            }
            assertThat(queue.paused()).isBetween(0, queue.idle());
            assertThat(queue.busy()).isNotNegative();
        }
        assertThat(waiting)
                .isEqualTo(queued.values().stream().mapToInt(List::size).sum());
    }

    private void run(Call call, Command.Grant grant) {
        Container container = containers.get(grant.containerId());
        if (container == null || container.state == AtWorker.ENDING) {
            call.state = CallState.OVER; // its worker says that the slot has gone
            return;
        }
        assertThat(container.state).isEqualTo(AtWorker.IDLE);
        container.state = AtWorker.BUSY;
        container.lease = grant.lease();
        call.state = CallState.RUNNING;
        call.container = container.id;
    }

    private void callOver(Container container) {
        for (Call call : calls.values()) {
            if (call.state == CallState.RUNNING && call.container.equals(container.id)) {
                call.state = CallState.OVER;
            }
        }
    }

    List<Call> callsIn(CallState state) {
        return calls.values().stream().filter(call -> call.state == state).toList();
    }

    List<Container> containersIn(AtWorker state) {
        return containers.values().stream()
                .filter(container -> container.state == state)
                .toList();
    }

    private static <T> Optional<T> pick(int which, List<T> candidates) {
        return candidates.isEmpty()
                ? Optional.empty()
                : Optional.of(candidates.get(Math.floorMod(which, candidates.size())));
    }
}
