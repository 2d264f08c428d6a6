package dev.berth.why;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;

/**
 * A ring of records: the newest overwrites the oldest. Written by one thread; whoever reads on another gets a whole
 * record or none. A record's stamp says which one it is and so where it stands; it is 0 while it is being written.
 */
final class Records {
    private static final int LONGS = Layout.BYTES / Long.BYTES;
    private static final VarHandle WORDS = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] words;
    private final int count;
    private final LongBuffer scratch;
    private long last;

    /**
     * @param count at least 1
     * @param scratch {@link Layout#BYTES} in which the writer prepares a record
     */
    Records(int count, ByteBuffer scratch) {
        this.words = new long[count * LONGS];
        this.count = count;
        this.scratch = scratch.asLongBuffer();
    }

    int count() {
        return count;
    }

    /** Takes over what has been prepared; returns its stamp. */
    long add() {
        long stamp = ++last;
        put(stamp);
        return stamp;
    }

    /** Prepares a record that is there for being changed; false if it has been overwritten. */
    boolean fetch(long stamp) {
        int at = at(stamp);
        if (words[at] != stamp) {
            return false;
        }
        scratch.put(0, words, at, LONGS);
        return true;
    }

    /** Writes back what {@link #fetch} prepared. */
    void put(long stamp) {
        int at = at(stamp);
        WORDS.setOpaque(words, at, 0L);
        VarHandle.storeStoreFence();
        scratch.get(1, words, at + 1, LONGS - 1);
        WORDS.setRelease(words, at, stamp);
    }

    private int at(long stamp) {
        return (int) ((stamp - 1) % count) * LONGS;
    }

    /**
     * Any thread.
     *
     * @return false if there is none at that place, or it is just being written
     */
    boolean copy(int place, long[] into) {
        int at = place * LONGS;
        long stamp = (long) WORDS.getAcquire(words, at);
        if (stamp == 0) {
            return false;
        }
        System.arraycopy(words, at, into, 0, LONGS);
        VarHandle.loadLoadFence();
        return (long) WORDS.getOpaque(words, at) == stamp;
    }
}
