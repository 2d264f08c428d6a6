package dev.berth.stream;

import dev.berth.error.RunnerException;
import io.vertx.core.buffer.Buffer;
import java.util.List;

/** One message of a stream, or between two endpoints. Immutable; the bytes of {@link Data} belong to it. */
sealed interface Frame {

    /** Frames that are delivered in the order sent, numbered from 0 in each direction. */
    sealed interface Ordered extends Frame {
        long seq();
    }

    /**
     * Starts a stream.
     *
     * @param window bytes the acceptor may send before its first grant
     * @param credit bytes the initiator takes itself to have been granted
     */
    record Open(long window, long credit, Object payload) implements Frame {}

    /** The only frame that costs credit: its bytes. */
    record Data(long seq, Buffer bytes) implements Ordered {}

    record Note(long seq, Object payload) implements Ordered {}

    /** Half-close: no more data or notes from this side. */
    record End(long seq) implements Ordered {}

    /** From the acceptor: the whole stream is over. */
    record Finish(long seq, Object payload) implements Ordered {}

    /** Ends both directions at once. Overtakes what is queued. Never answered. */
    record Cancel(RunnerException error) implements Frame {}

    /**
     * Credit.
     *
     * @param total bytes granted since the stream was opened: the next grant makes up for a lost one
     */
    record Grant(long total) implements Frame {}

    /**
     * How far a live stream has come.
     *
     * @param sent how many ordered frames the sender of the ping has sent in it
     */
    record Mark(long stream, long sent) {}

    /**
     * Are you there, do you know these streams, and has all arrived?
     *
     * @param opened live streams the sender opened towards the receiver
     * @param accepted live streams the receiver opened towards the sender
     */
    record Ping(List<Mark> opened, List<Mark> accepted) implements Frame {
        public Ping {
            opened = List.copyOf(opened);
            accepted = List.copyOf(accepted);
        }
    }

    /** Came from another node and could not be read. Breaks its stream. */
    record Malformed(String reason) implements Frame {}

    /** Answers a {@link Ping} with the numbers of those of its streams that are over or were never known here. */
    record Pong(List<Long> opened, List<Long> accepted) implements Frame {
        public Pong {
            opened = List.copyOf(opened);
            accepted = List.copyOf(accepted);
        }
    }
}
