package dev.berth.cli;

import dev.berth.proto.CallFinished;

/** The body of a call broke off: its CallFinished says why. */
public final class CallFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient CallFinished finished;

    CallFailure(CallFinished finished) {
        super(finished.getErrorCode() + " " + finished.getErrorStr(), null, false, false);
        this.finished = finished;
    }

    public CallFinished finished() {
        return finished;
    }
}
