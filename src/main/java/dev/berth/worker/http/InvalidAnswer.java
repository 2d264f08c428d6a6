package dev.berth.worker.http;

/** What a function sent is not an answer. Nothing more can be read from it. */
public final class InvalidAnswer extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean headTooLarge;

    private InvalidAnswer(String detail, boolean headTooLarge) {
        super(detail, null, false, false);
        this.headTooLarge = headTooLarge;
    }

    static InvalidAnswer of(String detail) {
        return new InvalidAnswer(detail, false);
    }

    static InvalidAnswer tooLarge(String detail) {
        return new InvalidAnswer(detail, true);
    }

    /** Whether its head is larger than allowed, in bytes or in headers. */
    public boolean headTooLarge() {
        return headTooLarge;
    }
}
