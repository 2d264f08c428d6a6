package dev.berth.why;

/**
 * What became of a container.
 *
 * @param code an exit code; else 0
 */
public record ContainerFate(Kind kind, int code) {
    public static final ContainerFate UNKNOWN = new ContainerFate(Kind.UNKNOWN, 0);

    /** New ones go to the end: their places travel between nodes. */
    public enum Kind {
        UNKNOWN,
        RUNS_ON,
        EXITED,
        OUT_OF_MEMORY,
        /** By the runner: it was to go. */
        REMOVED,
        /** By the runner, since the call that ran last may have spoilt it. */
        BROKE,
        /** It could not be frozen, or not be woken. */
        FREEZER,
        ENGINE_SILENT,
        /** A call found nobody there, and the engine had said nothing of its end. */
        VANISHED
    }

    public static ContainerFate of(Kind kind) {
        return new ContainerFate(kind, 0);
    }

    public static ContainerFate exited(int code) {
        return new ContainerFate(Kind.EXITED, code);
    }

    /** As the reason for the next cold start. */
    public ColdCause asCause() {
        return switch (kind) {
            case EXITED -> new ColdCause(ColdCause.Reason.EXITED, 0, code, "", 0, 0);
            case OUT_OF_MEMORY -> ColdCause.of(ColdCause.Reason.OUT_OF_MEMORY);
            case BROKE -> ColdCause.of(ColdCause.Reason.BROKE);
            case VANISHED -> ColdCause.of(ColdCause.Reason.SLOT_LOST);
            case UNKNOWN, RUNS_ON, REMOVED, FREEZER, ENGINE_SILENT -> ColdCause.of(ColdCause.Reason.LOST);
        };
    }
}
