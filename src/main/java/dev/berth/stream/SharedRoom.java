package dev.berth.stream;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bytes that many streams share, on whatever event loops they are. A stream may have as much as a quarter of what
 * nobody has, up to {@code WIDEST}; so few streams are wide, many are narrow, and there is always something left for the next.
 * What a stream may not go without is {@code LEAST}, which it is given even when all is taken.
 *
 * <p>So {@link #held} is at most the room, and {@code LEAST} for each stream; besides that what was {@link
 * RoomShare#claim claimed} without asking. Any thread, nothing waits.
 */
final class SharedRoom {
    static final long LEAST = 4 << 10;
    /** What a new stream asks for. */
    static final long FIRST = 64 << 10;

    static final long WIDEST = 1 << 20;

    /** A stream may have one of so many parts of what nobody has. The more, the sooner those who read are equal. */
    private static final int PART = 4;

    private final long bytes;
    private final AtomicLong held = new AtomicLong();

    /** @param bytes to be shared; positive */
    SharedRoom(long bytes) {
        this.bytes = bytes;
    }

    /** What all streams have. */
    long held() {
        return held.get();
    }

    /**
     * For a stream that has {@code has} and wants {@code width} in all.
     *
     * @return how much more it has now; 0 as long as it has over half of what it may have
     */
    long widen(long has, long width) {
        while (true) {
            long all = held.get();
            long wide = Math.max(LEAST, Math.min(width, (bytes - all) / PART));
            if (has > wide / 2) {
                return 0;
            }
            if (held.compareAndSet(all, all + wide - has)) {
                return wide - has;
            }
        }
    }

    void add(long more) {
        held.addAndGet(more);
    }
}
