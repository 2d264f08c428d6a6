package dev.berth.registry;

import static dev.berth.registry.Specs.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.Addresses;
import dev.berth.bus.RegistryMessage;
import dev.berth.bus.RegistryMessage.AcquireSlot;
import dev.berth.bus.RegistryMessage.AcquireSlot.Mode;
import dev.berth.call.ContainerSpec;
import dev.berth.call.ContainerTimings;
import dev.berth.call.Seal;
import dev.berth.call.SlotOptions;
import dev.berth.config.KeepConfig;
import dev.berth.config.RegistryConfig;
import dev.berth.error.ErrorCode;
import dev.berth.registry.WorldContainer.AtWorker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A {@link SlotTable} among an ingress of its own node, one of another node that may be lost and come back, and one
 * worker, who do anything their contracts allow, with every message on its way for any length of time, but in order
 * per sender and receiver. {@link SlotBooks} checks what must hold after each turn of the table.
 */
final class SlotWorld {
    private static final Seal SEAL = new Seal(new byte[Seal.BYTES]);

    /** Regular calls are so far apart that no container is kept until the next. */
    private static final Duration PERIOD = Duration.ofSeconds(40);

    /** The window for the next of those has been open when it is so near. */
    private static final Duration AHEAD = Duration.ofMillis(200);

    private static final String OWN = Addresses.ingress("here", 0);
    private static final String OTHER_NODE = "there";
    private static final String OTHER = Addresses.ingress(OTHER_NODE, 0);

    final SlotTable table;
    final SlotBooks books;
    final Map<String, WorldContainer> containers = new LinkedHashMap<>();
    final Map<Long, WorldCall> calls = new LinkedHashMap<>();
    private final WorldWires wires = new WorldWires(List.of(OWN, OTHER));
    private long now = Long.MAX_VALUE - 5_000_000_000L;
    private long tickets;
    private int launched;
    private int adopted;

    SlotWorld(boolean nonBlocking, boolean waits, KeepConfig keeping) {
        table = new SlotTable(
                new RegistryConfig(
                        nonBlocking, 0, 0, WorldSettings.MAX_WAITERS, waits, WorldSettings.NON_BLOCKING_WAIT, keeping),
                new NodeCapacity(WorldSettings.TOTAL_MIB * MIB, WorldSettings.TOTAL_CPU, List.of()),
                "here",
                1,
                () -> "c" + ++launched);
        books = new SlotBooks(table, nonBlocking, keeping, calls);
    }

    private static String ingress(int which) {
        return which % 2 == 0 ? OWN : OTHER;
    }

    // What can happen.

    void call(int which) {
        String ingress = ingress(which / WorldSettings.FUNCTIONS.size());
        WorldCall call =
                new WorldCall(++tickets, ingress, WorldSettings.FUNCTIONS.get(which % WorldSettings.FUNCTIONS.size()));
        call.impatient = which >= 2 * WorldSettings.FUNCTIONS.size();
        call.existingOnly = call.impatient && which % 2 != 0;
        calls.put(call.ticket, call);
        String id = "call-" + call.ticket;
        wires.fromIngress
                .get(ingress)
                .add(
                        call.impatient
                                ? new AcquireSlot(
                                        ingress,
                                        call.ticket,
                                        id,
                                        call.spec,
                                        call.existingOnly ? Mode.EXISTING : Mode.ANY,
                                        which % 5 == 0 ? AcquireSlot.FOREVER : Duration.ofSeconds(which % 3))
                                : new AcquireSlot(ingress, call.ticket, id, call.spec));
    }

    /** A function is called with a regular period, until shortly before the next call, or with that. */
    void callRegularly(int which) {
        ContainerSpec spec = WorldSettings.FUNCTIONS.get(which % WorldSettings.FUNCTIONS.size());
        for (int i = 0; i <= 2 * Period.ENOUGH; i++) {
            call(OWN, spec);
            settle();
            pass(PERIOD.minus(AHEAD));
            if (i < 2 * Period.ENOUGH) {
                pass(AHEAD);
            }
        }
        if (which > 2 * WorldSettings.FUNCTIONS.size()) {
            settle();
            call(OWN, spec);
        }
    }

    /** A call that wants containers kept. */
    void callKeeping(int which) {
        ContainerSpec spec = WorldSettings.FUNCTIONS.get(which % WorldSettings.FUNCTIONS.size());
        call(
                ingress(which),
                spec.withOptions(SlotOptions.of(which % 4, spec.options().concurrency())));
    }

    /** Of each function that has containers kept, a call that wants none. */
    void callWithoutKeeping() {
        for (ContainerSpec spec : WorldSettings.FUNCTIONS) {
            SlotQueue queue = table.queues.find(spec.key());
            if (queue != null && queue.floor > 0) {
                call(OWN, spec);
            }
        }
    }

    private void call(String ingress, ContainerSpec spec) {
        WorldCall call = new WorldCall(++tickets, ingress, spec);
        calls.put(call.ticket, call);
        wires.fromIngress.get(ingress).add(new AcquireSlot(ingress, call.ticket, "call-" + call.ticket, spec));
    }

    void cancel(int which) {
        pick(which, callsIn(WorldCall.State.WAITING)).ifPresent(call -> {
            call.state = WorldCall.State.CANCELLED;
            wires.fromIngress.get(call.ingress).add(new RegistryMessage.CancelAcquire(call.ingress, call.ticket));
        });
    }

    /**
     * A container of an earlier runner's is taken over.
     *
     * @param fits whether it was made as calls want it now
     */
    void adopt(int which, boolean fits) {
        ContainerSpec spec = WorldSettings.FUNCTIONS.get(which % WorldSettings.FUNCTIONS.size());
        String id = "a" + ++adopted;
        WorldContainer container = new WorldContainer(id, spec);
        container.state = AtWorker.IDLE;
        container.sealed = true;
        container.fits = fits;
        containers.put(id, container);
        books.adopting(container);
        wires.fromWorker.add(Specs.adopted(id, 0, SEAL, spec, fits ? SEAL.of(spec) : "of another"));
    }

    void start(int which) {
        pick(which, containersIn(AtWorker.STARTING)).ifPresent(container -> {
            container.state = AtWorker.IDLE;
            wires.fromWorker.add(new RegistryMessage.ContainerReady(container.id, ContainerTimings.NONE));
        });
    }

    void failStart(int which) {
        pick(which, containersIn(AtWorker.STARTING)).ifPresent(container -> {
            container.state = AtWorker.ENDING;
            wires.fromWorker.add(new RegistryMessage.LaunchFailed(
                    container.id, ErrorCode.INIT_TIMEOUT.exception(), ContainerTimings.NONE));
        });
    }

    void finish(int which) {
        List<WorldContainer> running = new ArrayList<>(containersIn(AtWorker.BUSY));
        running.addAll(containersIn(AtWorker.DOUBTFUL));
        pick(which, running).ifPresent(container -> {
            long lease = pick(which, List.copyOf(container.running)).orElseThrow();
            callOver(container, lease);
            if (container.state == AtWorker.BUSY) {
                container.state = container.running.isEmpty() ? AtWorker.IDLE : AtWorker.BUSY;
            } else if (container.running.isEmpty()) {
                container.state = AtWorker.ENDING;
            }
            wires.fromWorker.add(new RegistryMessage.ContainerReleased(container.id, lease));
        });
    }

    /** One of several calls of a container ends so that the container cannot be trusted any more. */
    void spoil(int which) {
        List<WorldContainer> shared = containersIn(AtWorker.BUSY).stream()
                .filter(container -> container.running.size() > 1)
                .toList();
        pick(which, shared).ifPresent(container -> {
            callOver(container, pick(which, List.copyOf(container.running)).orElseThrow());
            container.state = AtWorker.DOUBTFUL;
            wires.fromWorker.add(new RegistryMessage.ContainerEnding(container.id));
        });
    }

    void die(int which, boolean announced) {
        List<WorldContainer> alive = new ArrayList<>(containersIn(AtWorker.STARTING));
        alive.addAll(containersIn(AtWorker.IDLE));
        alive.addAll(containersIn(AtWorker.BUSY));
        alive.addAll(containersIn(AtWorker.DOUBTFUL));
        pick(which, alive).ifPresent(container -> {
            List.copyOf(container.running).forEach(lease -> callOver(container, lease));
            boolean known = container.state == AtWorker.DOUBTFUL;
            container.state = AtWorker.ENDING;
            if (announced && !known) {
                wires.fromWorker.add(new RegistryMessage.ContainerEnding(container.id));
            }
        });
    }

    void vanish(int which) {
        pick(which, containersIn(AtWorker.ENDING)).ifPresent(container -> {
            containers.remove(container.id);
            wires.fromWorker.add(new RegistryMessage.ContainerGone(container.id));
        });
    }

    void freeze(int which, boolean frozen) {
        pick(which, containersIn(AtWorker.IDLE))
                .ifPresent(
                        container -> wires.fromWorker.add(new RegistryMessage.ContainerPaused(container.id, frozen)));
    }

    void pass(Duration time) {
        now += time.toNanos();
        turn(table.tick(now));
        books.nothingIsKeptTooLong();
    }

    void drain(boolean handOver) {
        tell(new RegistryMessage.Drain(handOver));
    }

    /** The other node is taken for lost, while what it has sent is still on its way, or is lost with it. */
    void loseOther(boolean dead) {
        if (dead) {
            wires.cut(OTHER);
            for (WorldCall call : calls.values()) {
                if (call.ingress.equals(OTHER) && call.state != WorldCall.State.RUNNING) {
                    call.state = WorldCall.State.OVER;
                }
            }
        }
        tell(new RegistryMessage.NodeLost(OTHER_NODE));
    }

    /** What the other node is told goes astray; in the end its call gives up. */
    void loseAnswer() {
        Command lost = wires.toIngress.get(OTHER).poll();
        WorldCall call = lost instanceof Command.Grant grant
                ? calls.get(grant.ticket())
                : lost instanceof Command.Refuse refuse ? calls.get(refuse.ticket()) : null;
        if (call != null && call.state == WorldCall.State.WAITING) {
            call.state = WorldCall.State.CANCELLED;
            wires.fromIngress.get(OTHER).add(new RegistryMessage.CancelAcquire(OTHER, call.ticket));
        }
    }

    void deliverFromIngress(int which) {
        tell(wires.fromIngress.get(ingress(which)).poll());
    }

    void deliverFromWorker() {
        tell(wires.fromWorker.poll());
    }

    void deliverToIngress(int which, boolean returnIt) {
        String ingress = ingress(which);
        Command command = wires.toIngress.get(ingress).poll();
        if (command instanceof Command.Grant grant) {
            WorldCall call = calls.get(grant.ticket());
            if (call.state != WorldCall.State.WAITING || returnIt) {
                call.state = call.state == WorldCall.State.WAITING ? WorldCall.State.OVER : call.state;
                wires.fromIngress.get(ingress).add(new RegistryMessage.ReturnLease(grant.containerId(), grant.lease()));
            } else {
                call.state = WorldCall.State.SENT;
                wires.runs.get(ingress).add(new WorldWires.Sent(call, grant.containerId(), grant.lease()));
            }
        } else if (command instanceof Command.Refuse refuse) {
            WorldCall call = calls.get(refuse.ticket());
            call.state = call.state == WorldCall.State.CANCELLED ? call.state : WorldCall.State.OVER;
        }
    }

    /** The worker takes a call, or says that its slot is gone. */
    void deliverRun(int which) {
        WorldWires.Sent sent = wires.runs.get(ingress(which)).poll();
        if (sent == null) {
            return;
        }
        WorldContainer container = containers.get(sent.container());
        if (container == null
                || (container.state != AtWorker.IDLE && container.state != AtWorker.BUSY)
                || !container.spent.add(sent.lease())) {
            sent.call().state = WorldCall.State.OVER;
            return;
        }
        container.state = AtWorker.BUSY;
        container.running.add(sent.lease());
        assertThat(container.running).as("calls at once").hasSizeLessThanOrEqualTo(container.spec.seats());
        sent.call().lease = sent.lease();
        sent.call().state = WorldCall.State.RUNNING;
        sent.call().container = container.id;
        books.ran(container, sent.call(), sent.lease());
    }

    void deliverToWorker() {
        Command command = wires.toWorker.poll();
        if (command instanceof Command.Launch launch) {
            containers.put(launch.containerId(), books.known(launch.containerId()));
        } else if (command instanceof Command.Remove remove) {
            WorldContainer container = containers.get(remove.containerId());
            if (container != null) {
                assertThat(container.running).as("removed while it runs a call").isEmpty();
                container.state = AtWorker.ENDING;
            }
        } else if (command instanceof Command.Revoke revoke) {
            revoke(revoke.containerId(), revoke.lease());
        }
    }

    private void revoke(String id, long lease) {
        WorldContainer container = containers.get(id);
        if (container == null) {
            return;
        }
        if (container.spent.add(lease)) {
            wires.fromWorker.add(new RegistryMessage.ReturnLease(id, lease));
        } else if (container.running.contains(lease)) {
            wires.fromWorker.add(new RegistryMessage.LeaseClaimed(id, lease));
        }
    }

    /** Everything that is under way ends well, until nothing moves. No time passes. */
    void settle() {
        for (int round = 0; !atRest(); round++) {
            assertThat(round).as("the world does not come to rest").isLessThan(10_000);
            deliverToWorker();
            for (int which = 0; which < 2; which++) {
                deliverToIngress(which, false);
                deliverRun(which);
                deliverFromIngress(which);
            }
            start(0);
            finish(0);
            vanish(0);
            deliverFromWorker();
        }
    }

    private boolean atRest() {
        return wires.areEmpty()
                && containersIn(AtWorker.STARTING).isEmpty()
                && containersIn(AtWorker.BUSY).isEmpty()
                && containersIn(AtWorker.DOUBTFUL).isEmpty()
                && containersIn(AtWorker.ENDING).isEmpty();
    }

    private void tell(RegistryMessage message) {
        if (message != null) {
            books.note(message, now);
            turn(table.apply(message, now));
        }
    }

    private void turn(List<Command> commands) {
        books.turn(commands, now);
        wires.send(commands);
    }

    private void callOver(WorldContainer container, long lease) {
        container.running.remove(lease);
        for (WorldCall call : calls.values()) {
            if (call.state == WorldCall.State.RUNNING && call.container.equals(container.id) && call.lease == lease) {
                call.state = WorldCall.State.OVER;
            }
        }
    }

    List<WorldCall> callsIn(WorldCall.State state) {
        return calls.values().stream().filter(call -> call.state == state).toList();
    }

    List<WorldContainer> containersIn(AtWorker state) {
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
