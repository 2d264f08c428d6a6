package dev.berth.bus;

/** Bytes of another node that are no message of ours, or say what cannot be. The only failure of decoding. */
public final class MalformedMessageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public MalformedMessageException(String what) {
        super(what, null, false, false);
    }

    public MalformedMessageException(Throwable cause) {
        super(String.valueOf(cause.getMessage()), cause, false, false);
    }
}
