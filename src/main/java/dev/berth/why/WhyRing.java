package dev.berth.why;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one event loop keeps of its calls: three quarters for those that somebody may ask about, one for some of the
 * ordinary ones, as many as span a minute. Of a call whose refusal is repeated within seconds there is one record, for
 * balancers ask again a hundred times a second. Written on that event loop alone; read by any thread.
 */
public final class WhyRing {
    /** Keeps nothing. */
    public static final WhyRing NONE = new WhyRing(0, 1);

    private static final long LONG_WAIT = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long LONG_RUN = TimeUnit.MILLISECONDS.toNanos(10);
    private static final int SLOWER_THAN_MEAN = 3;
    private static final int MEAN_OF = 16;
    private static final long REPEAT = TimeUnit.SECONDS.toNanos(5);
    private static final int REPEATS = 256;
    private static final int SPAN_SECONDS = 60;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final int REFUSED = 503;

    private final Texts texts;
    private final ByteBuffer scratch = ByteBuffer.allocate(Layout.BYTES);
    private final RecordWriter writer;
    private final @Nullable Records interesting;
    private final @Nullable Records ordinary;
    private final long[] repeatStamp = new long[REPEATS];
    private final long[] repeatNanos = new long[REPEATS];

    private long windowBegan;
    private long startedInWindow;
    private int untilSample = 1;
    private volatile int oneIn = 1;

    /** @param texts a power of two */
    WhyRing(int records, int texts) {
        this.texts = new Texts(texts);
        this.writer = new RecordWriter(scratch, this.texts);
        int ordinaries = records / 4;
        this.interesting = ordinaries == 0 ? null : new Records(records - ordinaries, scratch);
        this.ordinary = ordinaries == 0 ? null : new Records(ordinaries, scratch);
    }

    /** Whether a call that has just started is one of those that are kept, and measured, whatever they are like. */
    public boolean sample(long nowNanos) {
        Records kept = ordinary;
        if (kept == null) {
            return false;
        }
        startedInWindow++;
        long elapsed = nowNanos - windowBegan;
        if (elapsed >= SECOND) {
            // After a pause the window is long, and the rate of the calls before it is of no account.
            double rate = (double) startedInWindow * SECOND / elapsed;
            oneIn = (int) Math.max(1, Math.ceil(rate * SPAN_SECONDS / kept.count()));
            windowBegan = nowNanos;
            startedInWindow = 0;
        }
        if (--untilSample > 0) {
            return false;
        }
        untilSample = oneIn;
        return true;
    }

    /**
     * A call is over.
     *
     * @return by which it can be added to; 0: it is not kept
     */
    public long ended(EndedCall call, long nowNanos) {
        if (interesting == null || ordinary == null || call.callId().isEmpty()) {
            return 0;
        }
        boolean kept = isInteresting(call);
        if (!kept && !call.sampled()) {
            return 0;
        }
        writer.id(call.callId());
        if (call.error() != null && call.error().wireCode() == REFUSED) {
            return refused(interesting, call, nowNanos);
        }
        writer.write(call, !kept);
        return kept ? interesting.add() : -ordinary.add();
    }

    /** Whether a call is kept for how it came to its slot, however it goes on. */
    public static boolean worthALook(SlotFacts facts, long waitNanos) {
        return facts.start() != SlotFacts.Start.HOT || waitNanos > LONG_WAIT;
    }

    private boolean isInteresting(EndedCall call) {
        if (call.error() != null) {
            return true;
        }
        boolean slow = isSlow(call);
        return slow || worthALook(call.facts(), call.waitNanos()) || call.traceId() != null;
    }

    private boolean isSlow(EndedCall call) {
        Texts.Entry function = texts.entry(call.fnId().isEmpty() ? call.image() : call.fnId());
        long run = call.runNanos();
        long mean = function.meanNanos;
        function.meanNanos = mean == 0 ? run : mean + (run - mean) / MEAN_OF;
        return mean > 0 && run > LONG_RUN && run > SLOWER_THAN_MEAN * mean;
    }

    /** The id is in the scratch. */
    private long refused(Records ring, EndedCall call, long nowNanos) {
        long high = scratch.getLong(Layout.ID);
        long low = scratch.getLong(Layout.ID + Long.BYTES);
        int place = (int) ((high * 31 + low) >>> 7) & (REPEATS - 1);
        long stamp = repeatStamp[place];
        if (stamp != 0
                && nowNanos - repeatNanos[place] < REPEAT
                && ring.fetch(stamp)
                && scratch.getLong(Layout.ID) == high
                && scratch.getLong(Layout.ID + Long.BYTES) == low) {
            RecordWriter.again(scratch);
            writer.facts(call.facts());
            ring.put(stamp);
            repeatNanos[place] = nowNanos;
            return stamp;
        }
        writer.id(call.callId());
        writer.write(call, false);
        stamp = ring.add();
        repeatStamp[place] = stamp;
        repeatNanos[place] = nowNanos;
        return stamp;
    }

    /** What a registry has told late. */
    public void add(long kept, SlotFacts facts) {
        change(kept, written -> written.facts(facts));
    }

    /** What was measured after the call's end. */
    public void add(long kept, Truth truth) {
        change(kept, written -> written.truth(truth));
    }

    private void change(long kept, Consumer<RecordWriter> change) {
        Records ring = kept > 0 ? interesting : ordinary;
        long stamp = Math.abs(kept);
        if (ring != null && stamp != 0 && ring.fetch(stamp)) {
            change.accept(writer);
            ring.put(stamp);
        }
    }

    /** Of how many ordinary calls one is kept. Any thread. */
    int oneIn() {
        return oneIn;
    }

    /** Shows every record, as a copy that is used again for the next. Any thread. */
    void forEach(Consumer<ByteBuffer> reader) {
        forEach(interesting, reader);
        forEach(ordinary, reader);
    }

    private static void forEach(@Nullable Records ring, Consumer<ByteBuffer> reader) {
        if (ring == null) {
            return;
        }
        long[] words = new long[Layout.BYTES / Long.BYTES];
        ByteBuffer copy = ByteBuffer.allocate(Layout.BYTES);
        for (int place = 0; place < ring.count(); place++) {
            if (ring.copy(place, words)) {
                copy.asLongBuffer().put(words);
                reader.accept(copy);
            }
        }
    }

    RecordReader reader(ByteBuffer record) {
        return new RecordReader(record, texts);
    }
}
