package dev.berth.error;

/**
 * An error a call can end with. The subclass says who is to blame, {@link #code()} says what happened.
 * Made by {@link ErrorCode#exception()}. Its message is for the log and for operators, and may name paths and
 * addresses of this machine; callers and other nodes get {@link #told()}. Carries no stack trace: these are
 * outcomes, not bugs. Immutable, and may be shared between threads.
 */
public abstract sealed class RunnerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final int wireCode;
    private final String told;

    private RunnerException(ErrorCode code, Texts texts, int wireCode) {
        super(texts.logged(), null, false, false);
        if (wireCode == 0 || (wireCode == 503 && code.retry() == Retry.NEVER)) {
            throw new IllegalArgumentException("wire code " + wireCode + " is not allowed for " + code);
        }
        this.code = code;
        this.wireCode = wireCode;
        this.told = texts.told();
    }

    /** What callers are told, and the log. */
    record Texts(String told, String logged) {}

    /** Any failure as a runner error: itself, or {@link ErrorCode#INTERNAL} with its text for the log. */
    public static RunnerException of(Throwable failure) {
        if (failure instanceof RunnerException known) {
            return known;
        }
        String text = failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
        return ErrorCode.INTERNAL.hiding(text);
    }

    /** The text for callers: it names no path, address or container that is not theirs. */
    public String told() {
        return told;
    }

    public ErrorCode code() {
        return code;
    }

    /** The {@code errorCode} a load balancer sees. */
    public int wireCode() {
        return wireCode;
    }

    /** The {@code errorUser} a load balancer sees. */
    public boolean userToBlame() {
        return code.blame() == Blame.FUNCTION;
    }

    public Retry retry() {
        return code.retry();
    }

    @Override
    @SuppressWarnings("OverrideThrowableToString") // the text for callers alone goes over the wire, the code beside it
    public String toString() {
        return code + "(" + wireCode + "): " + getMessage();
    }

    /** The caller sent something that cannot be served. */
    public static final class CallerException extends RunnerException {
        private static final long serialVersionUID = 1L;

        CallerException(ErrorCode code, Texts texts, int wireCode) {
            super(code, texts, wireCode);
        }
    }

    /** The function or its owner is to blame. */
    public static final class FunctionException extends RunnerException {
        private static final long serialVersionUID = 1L;

        FunctionException(ErrorCode code, Texts texts, int wireCode) {
            super(code, texts, wireCode);
        }
    }

    /** There is no room now; the call may be placed elsewhere. */
    public static final class CapacityException extends RunnerException {
        private static final long serialVersionUID = 1L;

        CapacityException(ErrorCode code, Texts texts, int wireCode) {
            super(code, texts, wireCode);
        }
    }

    /** Berth, its engine or its machine failed. */
    public static final class PlatformException extends RunnerException {
        private static final long serialVersionUID = 1L;

        PlatformException(ErrorCode code, Texts texts, int wireCode) {
            super(code, texts, wireCode);
        }
    }

    /** The caller has gone. */
    public static final class CancelledException extends RunnerException {
        private static final long serialVersionUID = 1L;

        CancelledException(ErrorCode code, Texts texts, int wireCode) {
            super(code, texts, wireCode);
        }
    }
}
