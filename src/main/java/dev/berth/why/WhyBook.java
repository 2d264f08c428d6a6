package dev.berth.why;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;

/**
 * All that a node keeps of its calls: a {@link WhyRing} for each event loop. Thread-safe; looking something up reads
 * all of it, which is for a worker thread.
 */
public final class WhyBook {
    private static final int MAX_TEXTS = 8192;
    private static final int MOST_OF_ONE = 16;
    private static final long SECOND_MILLIS = 1000;

    private final String node;
    private final UnaryOperator<String> names;
    private final LongSupplier clock;
    private final List<WhyRing> rings = new ArrayList<>();

    /**
     * @param node its name, for people
     * @param names of other nodes, by incarnation
     * @param clock milliseconds since 1970
     * @param memoryBytes for all records; too little for a few keeps nothing
     */
    public WhyBook(String node, UnaryOperator<String> names, LongSupplier clock, long memoryBytes, int eventLoops) {
        this.node = node;
        this.names = names;
        this.clock = clock;
        int records = Math.toIntExact(memoryBytes / Layout.BYTES / eventLoops);
        int texts = Integer.highestOneBit(Math.max(1, Math.min(MAX_TEXTS / eventLoops, records)));
        for (int i = 0; i < eventLoops; i++) {
            rings.add(records < 4 ? WhyRing.NONE : new WhyRing(records, texts));
        }
    }

    /** For one event loop. */
    public WhyRing ring(int eventLoop) {
        return rings.get(eventLoop);
    }

    /** What is kept of a call; more than one if it came again, the newest of them. Oldest first. */
    public List<CallRecord> find(String id) {
        ByteBuffer wanted = ByteBuffer.allocate(2 * Long.BYTES);
        byte kind = CallIds.put(wanted, 0, id);
        List<CallRecord> found = new ArrayList<>();
        for (WhyRing ring : rings) {
            ring.forEach(record -> {
                if (record.getLong(Layout.ID) == wanted.getLong(0)
                        && record.getLong(Layout.ID + Long.BYTES) == wanted.getLong(Long.BYTES)
                        && record.get(Layout.ID_KIND) == kind) {
                    found.add(ring.reader(record).read(id, node, names));
                }
            });
        }
        found.sort(Comparator.comparingLong(CallRecord::atMillis));
        return found.subList(Math.max(0, found.size() - MOST_OF_ONE), found.size());
    }

    /**
     * The newest calls that came at or after a moment, newest first: what a page shows as worth a look.
     *
     * @param most how many
     * @param ordinary whether those that are kept as samples are wanted too
     */
    public List<CallRecord> newest(long sinceMillis, int most, boolean ordinary) {
        PriorityQueue<CallRecord> newest = new PriorityQueue<>(Comparator.comparingLong(CallRecord::atMillis));
        for (WhyRing ring : rings) {
            ring.forEach(record -> {
                long at = record.getLong(Layout.ARRIVED);
                boolean late = newest.size() < most
                        || (most > 0 && at > newest.element().atMillis());
                boolean wanted = ordinary || (record.get(Layout.FLAGS) & Layout.SAMPLED) == 0;
                if (at >= sinceMillis && late && wanted) {
                    newest.add(ring.reader(record).read(null, node, names));
                    if (newest.size() > most) {
                        newest.remove();
                    }
                }
            });
        }
        List<CallRecord> sorted = new ArrayList<>(newest);
        sorted.sort(Comparator.comparingLong(CallRecord::atMillis).reversed());
        return sorted;
    }

    /** Why nothing is found of a call, for all one can say. */
    public String miss() {
        int oneIn = rings.stream().mapToInt(WhyRing::oneIn).max().orElse(1);
        long[] oldest = {Long.MAX_VALUE};
        for (WhyRing ring : rings) {
            ring.forEach(record -> oldest[0] = Math.min(oldest[0], record.getLong(Layout.ARRIVED)));
        }
        if (rings.stream().allMatch(ring -> ring == WhyRing.NONE)) {
            return "nothing is kept of calls here (why.memory)";
        }
        String sampled = oneIn > 1 ? "not kept (1 in " + oneIn + " ordinary ones is), " : "";
        if (oldest[0] == Long.MAX_VALUE) {
            return sampled + "never here, or still running: nothing is kept yet";
        }
        long age = Math.max(0, (clock.getAsLong() - oldest[0]) / SECOND_MILLIS);
        return sampled + "never here, still running, or older than " + age + " s";
    }
}
