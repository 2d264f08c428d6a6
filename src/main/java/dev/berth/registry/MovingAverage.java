package dev.berth.registry;

/** Of times: each new one weighs an eighth, so that the last dozen or two tell. */
final class MovingAverage {
    private static final int WEIGHT = 8;

    private long value;

    /** @param sample not negative */
    void add(long sample) {
        value = value == 0 ? sample : value + (sample - value) / WEIGHT;
    }

    /** 0 before the first sample. */
    long value() {
        return value;
    }
}
