package dev.berth.registry;

import dev.berth.call.ContainerSpec;

/** A container of {@link SlotWorld}: as its worker has it, and as the table must know it. */
final class WorldContainer {
    enum AtWorker {
        STARTING,
        IDLE,
        BUSY,
        ENDING
    }

    final String id;
    final ContainerSpec spec;
    AtWorker state = AtWorker.STARTING;

    /** The newest lease that its worker has heard of: a call under it or an older one comes too late. */
    long lease;

    /** As the table knows it: told to go, or known to be going. */
    boolean condemned;

    long knownLease;
    boolean knownReady;
    long idleSince;

    /** Grows by turn in which it became idle; 0 while it is not. */
    long idleTurn;

    /** An earlier runner has left it, and no call has told yet what it is of. */
    boolean sealed;

    /** While sealed: whether it is what calls want. */
    boolean fits;

    WorldContainer(String id, ContainerSpec spec) {
        this.id = id;
        this.spec = spec;
    }
}
