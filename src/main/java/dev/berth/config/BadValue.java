package dev.berth.config;

/** A text that is no value of its setting. The message, if there is one, says more than the type's rule does. */
final class BadValue extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BadValue() {
        super("", null, false, false);
    }

    BadValue(String message) {
        super(message, null, false, false);
    }
}
