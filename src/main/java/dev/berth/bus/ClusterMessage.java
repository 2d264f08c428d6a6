package dev.berth.bus;

import dev.berth.call.SlotKey;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What nodes tell each other about themselves. Each names its sender by incarnation: one start of one process,
 * which is also the node part of its addresses. From one sender to one receiver they arrive in the order sent,
 * or not at all; whoever receives one trusts nothing in it but the incarnation it belongs to.
 */
public sealed interface ClusterMessage {
    /** Version of everything nodes say to each other. Nodes of different versions do not place calls at each other. */
    int PROTOCOL = 1;

    /** More entries than this make a digest invalid. */
    int MAX_ENTRIES = 10_000;

    String incarnation();

    /**
     * I am here. Sent to a member when it is first seen, and answered by the receiver's own.
     *
     * @param nodeId what people call the node
     * @param protocol see {@link #PROTOCOL}
     * @param version of Berth
     * @param memoryBytes all that the node has for containers; not negative
     * @param cpuMillis all that the node has for containers, in thousandths of a CPU; not negative
     */
    record Hello(String incarnation, String nodeId, int protocol, String version, long memoryBytes, long cpuMillis)
            implements ClusterMessage {
        public Hello {
            Ranges.positive("protocol", protocol);
            Ranges.notNegative("memory", memoryBytes);
            Ranges.notNegative("cpu", cpuMillis);
        }
    }

    /** I take no more calls, run none, and leave. */
    record Goodbye(String incarnation) implements ClusterMessage {}

    /**
     * What a node has free and holds ready. A hint, old when it arrives.
     *
     * @param protocol see {@link #PROTOCOL}
     * @param version grows by each digest of an incarnation to one receiver, from 1
     * @param base 0: all of the node's queues are listed that the receiver is told of. Else those that changed since the digest of this version,
     *     which is lower than {@code version}; a receiver that does not have just that one asks for a full digest
     * @param freeMemoryBytes not negative
     * @param freeCpuMillis not negative
     * @param load share of the node's slots in use, in thousandths; 0 to 1000
     * @param entries at most {@link #MAX_ENTRIES}; one of a queue that is gone has only zeros beside its hash
     */
    record Digest(
            String incarnation,
            int protocol,
            long version,
            long base,
            boolean draining,
            long freeMemoryBytes,
            long freeCpuMillis,
            int load,
            List<Entry> entries)
            implements ClusterMessage {
        public Digest {
            Ranges.positive("protocol", protocol);
            Ranges.positive("version", version);
            Ranges.within("base", base, 0, version - 1);
            Ranges.notNegative("memory", freeMemoryBytes);
            Ranges.notNegative("cpu", freeCpuMillis);
            Ranges.within("load", load, 0, 1000);
            Ranges.within("entries", entries.size(), 0, MAX_ENTRIES);
            entries = List.copyOf(entries);
        }

        public boolean full() {
            return base == 0;
        }
    }

    /**
     * One slot queue.
     *
     * @param hash of its key, see {@link SlotKey#hash64}
     * @param idle containers without a call, paused ones too
     * @param busy containers with a call
     * @param starting containers on their way
     * @param waiting calls
     * @param serviceMicros how long a call holds its slot, as its node's registry reckons; 0: not known
     * @param startMicros how long a container takes to start alone, likewise; 0: not known
     */
    record Entry(long hash, int idle, int busy, int starting, int waiting, long serviceMicros, long startMicros) {
        public Entry {
            Ranges.notNegative("idle", idle);
            Ranges.notNegative("busy", busy);
            Ranges.notNegative("starting", starting);
            Ranges.notNegative("waiting", waiting);
            Ranges.notNegative("service time", serviceMicros);
            Ranges.notNegative("start time", startMicros);
        }

        /** What a registry says of one of its queues. */
        public static Entry of(NodeSnapshot.Queue queue) {
            // In places for calls: where a container has several, those that are free take a call at once.
            int places = (queue.idle() + queue.busy()) * queue.seats();
            return new Entry(
                    queue.key().hash64(),
                    places - queue.calls(),
                    queue.calls(),
                    queue.starting(),
                    queue.waiting(),
                    TimeUnit.NANOSECONDS.toMicros(queue.serviceNanos()),
                    TimeUnit.NANOSECONDS.toMicros(queue.startNanos()));
        }

        /** The same after so many calls more have gone there. */
        public Entry less(int sent) {
            int taken = Math.min(idle, sent);
            int more = (int) Math.min(Integer.MAX_VALUE, (long) waiting + sent - taken);
            int running = (int) Math.min(Integer.MAX_VALUE, (long) busy + taken);
            return sent == 0
                    ? this
                    : new Entry(hash, idle - taken, running, starting, more, serviceMicros, startMicros);
        }

        /** Of a queue that a node does not have. */
        public static Entry gone(long hash) {
            return new Entry(hash, 0, 0, 0, 0, 0, 0);
        }

        /** Whether the node has nothing of this queue any more. */
        public boolean isGone() {
            return idle == 0 && busy == 0 && starting == 0 && waiting == 0;
        }
    }

    /**
     * I am here still, and nothing has changed.
     *
     * @param digestVersion of the last digest sent; 0: none yet
     */
    record Beat(String incarnation, long digestVersion) implements ClusterMessage {
        public Beat {
            Ranges.notNegative("digest version", digestVersion);
        }
    }

    /**
     * Who has containers of this queue? Asked of a node that keeps the directory of it; answered by
     * {@link IngressMessage.Holders} to an ingress of the asking node.
     *
     * @param ticket of the question, unique per {@code replyTo}
     * @param hash see {@link SlotKey#hash64}
     */
    record WhoHas(String incarnation, String replyTo, long ticket, long hash) implements ClusterMessage {}

    /**
     * Answered by a full {@link Digest}.
     *
     * @param lastVersion the newest digest of the receiver's that the sender has; 0: none
     */
    record DigestWanted(String incarnation, long lastVersion) implements ClusterMessage {
        public DigestWanted {
            Ranges.notNegative("last version", lastVersion);
        }
    }
}
