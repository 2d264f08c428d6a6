package dev.berth.cluster;

/** An invariant does not hold. */
final class SimFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SimFailure(String message) {
        super(message);
    }
}
