package dev.berth.bus;

/** What numbers of messages may be. Outside of it a message cannot be made, so a decoder cannot let one in. */
final class Ranges {
    private Ranges() {}

    static void notNegative(String what, long value) {
        within(what, value, 0, Long.MAX_VALUE);
    }

    static void positive(String what, long value) {
        within(what, value, 1, Long.MAX_VALUE);
    }

    /** @throws IllegalArgumentException unless {@code least <= value <= most} */
    static void within(String what, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(what + " is " + value + ", not " + least + " to " + most);
        }
    }
}
