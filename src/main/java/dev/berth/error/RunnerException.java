package dev.berth.error;

/**
 * An error a call can end with. The subclass says who is to blame, {@link #code()} says what happened.
 * Made by {@link ErrorCode#exception()}. Carries no stack trace: these are outcomes, not bugs. Immutable,
 * and may be shared between threads.
 */
public abstract sealed class RunnerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final int wireCode;

    private RunnerException(ErrorCode code, String message, int wireCode) {
        super(message, null, false, false);
        if (wireCode == 0 || (wireCode == 503 && code.retry() == Retry.NEVER)) {
            throw new IllegalArgumentException("wire code " + wireCode + " is not allowed for " + code);
        }
        this.code = code;
        this.wireCode = wireCode;
    }

    /** Any failure as a runner error: itself, or {@link ErrorCode#INTERNAL} with its text. */
    public static RunnerException of(Throwable failure) {
        if (failure instanceof RunnerException known) {
            return known;
        }
        String text = failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
        return ErrorCode.INTERNAL.exception(text);
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
    @SuppressWarnings("OverrideThrowableToString") // the message alone goes over the wire, the code beside it
    public String toString() {
        return code + "(" + wireCode + "): " + getMessage();
    }

    /** The caller sent something that cannot be served. */
    public static final class CallerException extends RunnerException {
        private static final long serialVersionUID = 1L;

        CallerException(ErrorCode code, String message, int wireCode) {
            super(code, message, wireCode);
        }
    }

    /** The function or its owner is to blame. */
    public static final class FunctionException extends RunnerException {
        private static final long serialVersionUID = 1L;

        FunctionException(ErrorCode code, String message, int wireCode) {
            super(code, message, wireCode);
        }
    }

    /** There is no room now; the call may be placed elsewhere. */
    public static final class CapacityException extends RunnerException {
        private static final long serialVersionUID = 1L;

        CapacityException(ErrorCode code, String message, int wireCode) {
            super(code, message, wireCode);
        }
    }

    /** Berth, its engine or its machine failed. */
    public static final class PlatformException extends RunnerException {
        private static final long serialVersionUID = 1L;

        PlatformException(ErrorCode code, String message, int wireCode) {
            super(code, message, wireCode);
        }
    }

    /** The caller has gone. */
    public static final class CancelledException extends RunnerException {
        private static final long serialVersionUID = 1L;

        CancelledException(ErrorCode code, String message, int wireCode) {
            super(code, message, wireCode);
        }
    }
}
