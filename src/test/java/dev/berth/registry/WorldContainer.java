package dev.berth.registry;

import dev.berth.call.ContainerSpec;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;

/** A container of {@link SlotWorld}: as its worker has it, and as the table must know it. */
final class WorldContainer {
    enum AtWorker {
        STARTING,
        IDLE,
        BUSY,
        /** A call has spoilt it: it goes when the others are over, and takes none. */
        DOUBTFUL,
        ENDING
    }

    final String id;
    final ContainerSpec spec;
    AtWorker state = AtWorker.STARTING;

    /** The leases that its worker has heard of: a call under one of them comes too late. */
    final Set<Long> spent = new HashSet<>();

    /** Those under which calls run. */
    final Set<Long> running = new TreeSet<>();

    /** As the table knows it: told to go, or known to be going. */
    boolean condemned;

    final Set<Long> knownLeases = new HashSet<>();
    boolean knownReady;
    long idleSince;

    /** Grows by turn in which it became idle; 0 while it is not. */
    long idleTurn;

    /** It was launched for a call that has not come yet, and goes at that moment. */
    boolean guessed;

    long guessedUntil;

    /** An earlier runner has left it, and no call has told yet what it is of. */
    boolean sealed;

    /** While sealed: whether it is what calls want. */
    boolean fits;

    WorldContainer(String id, ContainerSpec spec) {
        this.id = id;
        this.spec = spec;
    }
}
