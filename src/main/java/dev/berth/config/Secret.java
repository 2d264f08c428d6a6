package dev.berth.config;

/** A value that must not reach logs or messages: only {@link #reveal()} shows it. */
public record Secret(String value) {
    public String reveal() {
        return value;
    }

    @Override
    public String toString() {
        return "***";
    }
}
