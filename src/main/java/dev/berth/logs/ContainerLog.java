package dev.berth.logs;

import com.google.protobuf.ByteString;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What one container prints: each line is stamped with the time, and counted to the call that runs or has just
 * ended. Reads all the time, whether or not the lines go anywhere, so that a function is never held up.
 *
 * <p>Confined to the worker's context.
 */
public final class ContainerLog {
    /** Output takes another way than answers, and what was printed before an answer may come after it. */
    static final long GRACE_MILLIS = 250;

    private static final long NO_TIMER = -1;

    private final Vertx vertx;
    private final LogOrigin origin;
    private final Consumer<List<LogLine>> sink;
    private final long maxBytesPerCall;
    private final Map<LogLine.Source, LineSplitter> splitters = new EnumMap<>(LogLine.Source.class);
    private final List<LogLine> cut = new ArrayList<>();
    private final List<Future<Void>> ends = new ArrayList<>();
    private String callId = "";
    private long used;
    private boolean full;
    private long timer = NO_TIMER;

    ContainerLog(Vertx vertx, LogOrigin origin, Consumer<List<LogLine>> sink, long maxBytesPerCall) {
        this.vertx = vertx;
        this.origin = origin;
        this.sink = sink;
        this.maxBytesPerCall = maxBytesPerCall;
        this.full = maxBytesPerCall == 0;
    }

    /** Reads a stream to its end. Once per source. */
    public void read(LogLine.Source source, ReadStream<Buffer> stream) {
        LineSplitter splitter = splitter(source);
        Promise<Void> end = Promise.promise();
        ends.add(end.future());
        stream.exceptionHandler(broken -> end.tryComplete());
        stream.endHandler(over -> {
            splitter.flush();
            handOver();
            end.tryComplete();
        });
        stream.handler(chunk -> take(splitter, chunk));
    }

    /** Its end is waited for with the last output; another reads it, and listens to its end no more than this does. */
    public void awaitEnd(ReadStream<Buffer> stream) {
        Promise<Void> end = Promise.promise();
        ends.add(end.future());
        stream.endHandler(over -> end.tryComplete());
    }

    /** Takes what another has read. Once per source. */
    public Consumer<Buffer> writer(LogLine.Source source) {
        LineSplitter splitter = splitter(source);
        return chunk -> take(splitter, chunk);
    }

    private LineSplitter splitter(LogLine.Source source) {
        LineSplitter splitter = new LineSplitter(line -> add(source, line));
        splitters.put(source, splitter);
        return splitter;
    }

    private void take(LineSplitter splitter, Buffer chunk) {
        if (!full) {
            splitter.feed(chunk);
            handOver();
        }
    }

    /** The container has ended: completes when its last output has been read, or after a moment. Never fails. */
    public Future<Void> lastOutput() {
        if (ends.isEmpty()) {
            return Future.succeededFuture();
        }
        Promise<Void> read = Promise.promise();
        long limit = vertx.setTimer(GRACE_MILLIS, due -> read.tryComplete());
        Future.join(ends).onComplete(all -> {
            vertx.cancelTimer(limit);
            read.tryComplete();
        });
        return read.future();
    }

    /** What is printed from now on is this call's. */
    public void begin(String id) {
        cutOff(id);
    }

    /** What is printed from now on, but for a moment, is nobody's. */
    public void end() {
        if (splitters.isEmpty()) {
            callId = "";
            return;
        }
        cancelTimer();
        timer = vertx.setTimer(GRACE_MILLIS, due -> {
            timer = NO_TIMER;
            cutOff("");
        });
    }

    /** The container is gone. */
    public void close() {
        cutOff("");
    }

    private void cutOff(String nextCallId) {
        cancelTimer();
        flush();
        callId = nextCallId;
        used = 0;
        full = maxBytesPerCall == 0;
    }

    private void flush() {
        splitters.values().forEach(LineSplitter::flush);
        handOver();
    }

    private void cancelTimer() {
        if (timer != NO_TIMER) {
            vertx.cancelTimer(timer);
            timer = NO_TIMER;
        }
    }

    private void add(LogLine.Source source, ByteString line) {
        if (full) {
            return;
        }
        // The end of the line counts too, or a function could print empty lines for ever.
        used += line.size() + 1L;
        if (used > maxBytesPerCall) {
            full = true;
            cut.add(line(
                    source,
                    ByteString.copyFromUtf8(
                            "-----max log size " + maxBytesPerCall + " bytes exceeded, truncating log-----")));
        } else {
            cut.add(line(source, line));
        }
    }

    private LogLine line(LogLine.Source source, ByteString data) {
        return new LogLine(origin, callId, System.currentTimeMillis(), source, data);
    }

    private void handOver() {
        if (!cut.isEmpty()) {
            sink.accept(cut);
            cut.clear();
        }
    }
}
