package dev.berth.registry;

import static dev.berth.registry.Specs.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.Addresses;
import dev.berth.bus.RegistryMessage;
import dev.berth.bus.WorkerMessage;
import dev.berth.call.ContainerSpec;
import dev.berth.call.SlotKey;
import dev.berth.config.KeepConfig;
import dev.berth.error.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Our own books of what a {@link SlotTable} was told and has decided, and what must hold after each of its turns. */
final class SlotBooks {
    private final SlotTable table;
    private final boolean nonBlocking;
    private final KeepConfig keeping;
    private final Map<Long, WorldCall> calls;
    private final SlotInvariants invariants;
    final Map<String, WorldContainer> known = new HashMap<>();
    /** The idle containers that others have just gone for, and until when that counts. */
    final Map<String, Long> held = new HashMap<>();

    final Map<SlotKey, List<Long>> queued = new HashMap<>();

    /** How many containers the newest call of each key wanted kept. */
    final Map<SlotKey, Integer> wished = new HashMap<>();

    private long now;
    private long turns;
    boolean draining;
    private boolean handingOver;
    private final Map<String, WorldContainer> arriving = new HashMap<>();

    /** In this turn. */
    private @Nullable WorldContainer justAdopted;

    /** The containers launched. */
    final Set<String> launchedNow = new HashSet<>();

    private int guessedNow;
    private int evictedNow;

    int drained;
    int evicted;
    int guessed;
    int foreseen;

    SlotBooks(SlotTable table, boolean nonBlocking, KeepConfig keeping, Map<Long, WorldCall> calls) {
        this.table = table;
        this.nonBlocking = nonBlocking;
        this.keeping = keeping;
        this.calls = calls;
        this.invariants = new SlotInvariants(this, table, nonBlocking, keeping, calls);
    }

    /** The table will be told of it. */
    void adopting(WorldContainer container) {
        arriving.put(container.id, container);
    }

    WorldContainer known(String id) {
        WorldContainer container = known.get(id);
        assertThat(container).as("unknown container " + id).isNotNull();
        return container;
    }

    /** Before the table is told of it. */
    void note(RegistryMessage message, long nowNanos) {
        if (message instanceof RegistryMessage.AcquireSlot acquire) {
            SlotKey key = acquire.spec().key();
            queued.computeIfAbsent(key, k -> new ArrayList<>()).add(acquire.ticket());
            calls.get(acquire.ticket()).arrived = nowNanos;
            wished.put(key, acquire.spec().options().minIdle());
        } else if (message instanceof RegistryMessage.CancelAcquire cancel) {
            drop(calls.get(cancel.ticket()));
        } else if (message instanceof RegistryMessage.NodeLost lost) {
            for (WorldCall call : calls.values()) {
                call.lost |= lost.incarnation().equals(Addresses.incarnation(call.ingress)) && isQueued(call);
            }
        } else if (message instanceof RegistryMessage.Drain drain) {
            draining = true;
            handingOver = drain.handOver();
        } else {
            noteOfContainer(message);
        }
    }

    private void noteOfContainer(RegistryMessage message) {
        if (message instanceof RegistryMessage.ContainerAdopted adopted) {
            WorldContainer container = arriving.remove(adopted.containerId());
            container.knownReady = true;
            known.put(container.id, container);
            justAdopted = container;
        } else if (message instanceof RegistryMessage.ReturnLease returned) {
            forgetLease(returned.containerId(), returned.lease());
        } else if (message instanceof RegistryMessage.ContainerReleased released) {
            forgetLease(released.containerId(), released.lease());
        } else if (message instanceof RegistryMessage.ContainerReady ready) {
            known(ready.containerId()).knownReady = true;
        } else if (message instanceof RegistryMessage.LaunchFailed failed) {
            known(failed.containerId()).condemned = true;
        } else if (message instanceof RegistryMessage.ContainerEnding ending) {
            // Of what was not adopted the table has never known.
            Optional.ofNullable(known.get(ending.containerId())).ifPresent(container -> container.condemned = true);
        } else if (message instanceof RegistryMessage.ContainerGone gone) {
            known.remove(gone.containerId());
        }
    }

    boolean isQueued(WorldCall call) {
        return queued.getOrDefault(call.spec.key(), List.of()).contains(call.ticket);
    }

    private void drop(WorldCall call) {
        call.dropped = true;
        queued.get(call.spec.key()).remove(call.ticket);
    }

    private void forgetLease(String id, long lease) {
        WorldContainer container = known.get(id);
        if (container != null) {
            container.knownLeases.remove(lease);
        }
    }

    /** After a turn of the table. */
    void turn(List<Command> commands, long nowNanos) {
        now = nowNanos;
        launchedNow.clear();
        guessedNow = 0;
        evictedNow = 0;
        commands.forEach(this::decided);
        guesses();
        justAdopted = null;
        turns++;
        for (WorldContainer container : known.values()) {
            boolean idle = container.knownReady && !container.condemned && container.knownLeases.isEmpty();
            if (idle && container.idleTurn == 0) {
                container.idleSince = now;
            }
            if (!idle) {
                container.idleTurn = 0;
            } else if (container.idleTurn == 0) {
                container.idleTurn = turns;
            }
        }
        invariants.check(now);
    }

    private void decided(Command command) {
        if (command instanceof Command.Grant grant) {
            granted(grant);
        } else if (command instanceof Command.Refuse refuse) {
            refused(refuse);
        } else if (command instanceof Command.Launch launch) {
            assertThat(draining).as("launches while draining").isFalse();
            launchedNow.add(launch.containerId());
            WorldContainer container = new WorldContainer(launch.containerId(), launch.spec());
            if (launch.causeCallId().isEmpty()) {
                launchedForNobody(container);
            } else {
                assertThat(calls.get(WorldCall.ticket(launch.causeCallId())).existingOnly)
                        .as("launches for a call that waits for existing containers only")
                        .isFalse();
            }
            known.put(launch.containerId(), container);
        } else if (command instanceof Command.Remove remove) {
            WorldContainer container = known(remove.containerId());
            assertThat(container.condemned).as("removed twice").isFalse();
            assertThat(container.knownLeases).as("removed while leased").isEmpty();
            removed(container, remove.reason());
            container.condemned = true;
            if (container == justAdopted && remove.reason() == WorkerMessage.Reason.UNFIT) {
                known.remove(container.id);
            }
        } else if (command instanceof Command.Revoke revoke) {
            assertThat(known(revoke.containerId()).knownLeases)
                    .as("revokes what is not leased")
                    .contains(revoke.lease());
        } else if (command instanceof Command.Wake wake) {
            assertThat(known(wake.containerId()).knownLeases)
                    .as("wakes what runs")
                    .isEmpty();
        } else {
            assertThat(known).isEmpty();
            drained++;
        }
    }

    /** A container is launched that is to be kept, or ahead of a call. */
    private void launchedForNobody(WorldContainer container) {
        ContainerSpec spec = container.spec;
        Slot guess = table.queues.find(spec.key()).guess;
        if (guess != null && guess.id.equals(container.id)) {
            guessed++;
            guessedNow++;
            container.guessed = true;
            container.guessedUntil = guess.guessedUntil;
            assertThat(keeping.foresight().on()).isTrue();
            assertThat(guess.guessedUntil - now).as("guessed too late").isPositive();
            assertThat(live(spec.key())).as("guessed beside others").isZero();
        } else {
            assertThat(live(spec.key())).as("launched for nobody").isLessThan(floor(spec.key()));
        }
        assertThat(table.queues.all())
                .as("launched for nobody while somebody lacks room")
                .allMatch(queue -> queue.starved.isEmpty());
    }

    /** No guess evicts, and all together are in bounds, until they are gone or a call has come. */
    private void guesses() {
        assertThat(guessedNow > 0 && evictedNow > 0).as("evicts for a guess").isFalse();
        double bytes = 0;
        double cpu = 0;
        for (WorldContainer container : known.values()) {
            if (container.guessed && (!container.knownReady && waits(container.spec.key()))) {
                container.guessed = false;
            }
            bytes += container.guessed ? container.spec.reservedBytes() : 0;
            cpu += container.guessed ? container.spec.cpuMillis() : 0;
        }
        assertThat(bytes)
                .as("guesses")
                .isLessThanOrEqualTo(keeping.foresight().share() * WorldSettings.TOTAL_MIB * MIB);
        assertThat(cpu).as("guesses").isLessThanOrEqualTo(keeping.foresight().share() * WorldSettings.TOTAL_CPU);
    }

    private boolean waits(SlotKey key) {
        return !queued.getOrDefault(key, List.of()).isEmpty();
    }

    private int floor(SlotKey key) {
        SlotQueue queue = table.queues.find(key);
        return queue == null ? 0 : queue.floor;
    }

    private long live(SlotKey key) {
        return known.values().stream()
                .filter(container -> container.spec.key().equals(key) && !container.condemned && !container.sealed)
                .count();
    }

    /** What no call has told of belongs to no floor. */
    private boolean mayBeIdleTooLong(WorldContainer container) {
        SlotKey key = container.spec.key();
        return container.sealed || live(key) > floor(key);
    }

    private void refused(Command.Refuse refuse) {
        WorldCall call = calls.get(refuse.ticket());
        boolean may = nonBlocking || draining || call.lost || call.impatient;
        if (!may && refuse.error().code() == ErrorCode.SERVER_BUSY) {
            assertThat(waiting())
                    .as("refused although it could have waited")
                    .isGreaterThanOrEqualTo(WorldSettings.MAX_WAITERS);
        }
        answered(refuse.ticket());
    }

    private void removed(WorldContainer container, WorkerMessage.Reason reason) {
        switch (reason) {
            case IDLE_TIMEOUT -> {
                if (container.guessed) {
                    assertThat(container.guessedUntil - now)
                            .as("removed before the window has closed")
                            .isNotPositive();
                } else {
                    assertThat(idleTime(container))
                            .as("removed too early")
                            .isGreaterThanOrEqualTo(WorldSettings.leastIdle(keeping, container.spec));
                }
                assertThat(mayBeIdleTooLong(container))
                        .as("removed though it is to be kept")
                        .isTrue();
            }
            case EVICTED -> {
                evicted++;
                evictedNow++;
                assertThat(isHeld(container))
                        .as("evicted, though others have just gone for it")
                        .isFalse();
                assertThat(container.spec.evictable()).isTrue();
                assertThat(table.snapshot().queues())
                        .as("evicted for nobody")
                        .anyMatch(queue -> mayLaunch(queue.key()).size() > queue.starting() * queue.seats());
            }
            case DRAINING -> assertThat(draining).isTrue();
            case HANDED_OVER -> assertThat(handingOver).isTrue();
            case UNFIT ->
                assertThat(container.sealed && (!container.fits || container == justAdopted))
                        .as("removed though it fits")
                        .isTrue();
            case CLEARED -> throw new AssertionError("removed for an operator, and there is none");
        }
    }

    /** Not if a call that waits has found it idle. */
    private boolean isHeld(WorldContainer container) {
        return held.getOrDefault(container.id, now) - now > 0
                && calls.values().stream().noneMatch(call -> isQueued(call) && call.arrived - container.idleSince > 0);
    }

    private Duration idleTime(WorldContainer container) {
        return Duration.ofNanos(now - container.idleSince);
    }

    void nothingIsKeptTooLong() {
        for (WorldContainer container : known.values()) {
            if (container.idleTurn > 0 && mayBeIdleTooLong(container)) {
                if (container.guessed) {
                    assertThat(container.guessedUntil - now).as("kept too long").isPositive();
                } else {
                    assertThat(idleTime(container))
                            .as("kept too long")
                            .isLessThan(WorldSettings.longestIdle(keeping, container.spec));
                }
            }
        }
    }

    int waiting() {
        return queued.values().stream().mapToInt(List::size).sum();
    }

    private void granted(Command.Grant grant) {
        WorldContainer container = known(grant.containerId());
        assertThat(container.condemned).as("grants what is going").isFalse();
        assertThat(container.knownLeases).as("leases twice").hasSizeLessThan(container.spec.seats());
        for (WorldContainer other : known.values()) {
            boolean sameQueue = other.spec.key().equals(container.spec.key()) && other.sealed == container.sealed;
            if (container.idleTurn > 0 && sameQueue) {
                assertThat(other.idleTurn).as("last in, first out").isLessThanOrEqualTo(container.idleTurn);
            }
            boolean fuller = other.knownLeases.size() > container.knownLeases.size() && !other.condemned;
            if (fuller && other.spec.key().equals(container.spec.key())) {
                assertThat(other.knownLeases).as("fullest first").hasSize(other.spec.seats());
            }
        }
        assertThat(container.sealed && !container.fits)
                .as("grants what is of another configuration")
                .isFalse();
        if (container.sealed) {
            confirm(container.spec.key());
        }
        assertThat(container.knownLeases.add(grant.lease())).isTrue();
        foreseen += container.guessed ? 1 : 0;
        container.guessed = false;
        WorldCall call = calls.get(grant.ticket());
        assertThat(grant.replyTo()).isEqualTo(call.ingress);
        assertThat(container.spec.key()).isEqualTo(call.spec.key());
        assertThat(queued.get(call.spec.key()).get(0)).as("first come").isEqualTo(grant.ticket());
        answered(grant.ticket());
    }

    /** The first call of a key has come. */
    private void confirm(SlotKey key) {
        for (WorldContainer container : known.values()) {
            container.sealed &= !container.spec.key().equals(key);
        }
    }

    private void answered(long ticket) {
        WorldCall call = calls.get(ticket);
        assertThat(call.dropped).as("answers a call that nobody waits for").isFalse();
        assertThat(++call.answers).isEqualTo(1);
        queued.get(call.spec.key()).remove(ticket);
    }

    /** A call has reached its container and is run. */
    void ran(WorldContainer container, WorldCall call, long lease) {
        assertThat(++call.runs).as("runs").isEqualTo(1);
        if (!container.condemned) {
            assertThat(container.knownLeases)
                    .as("runs under a lease that is over")
                    .contains(lease);
        }
    }

    /** No slot is leased to anybody of whom nothing will come. */
    void nothingIsLeased() {
        for (WorldContainer container : known.values()) {
            assertThat(container.knownLeases).as("leases of " + container.id).isEmpty();
        }
    }

    /** Who waits of this queue and may have a container launched, in order of arrival. */
    List<Long> mayLaunch(SlotKey key) {
        return queued.getOrDefault(key, List.of()).stream()
                .filter(ticket -> !calls.get(ticket).existingOnly)
                .toList();
    }
}
