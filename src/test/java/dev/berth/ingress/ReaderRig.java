package dev.berth.ingress;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import io.vertx.grpc.common.GrpcStatus;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A reader of a stream that the test plays: what it delivers is written down. A message that begins with "pause" pauses it. */
final class ReaderRig implements MessageReader.Listener {
    static final int MAX = 1000;

    final FakeRequest request = new FakeRequest();
    final List<String> events = new ArrayList<>();
    final List<Buffer> payloads = new ArrayList<>();
    final List<Integer> windows = new ArrayList<>();
    final NodeBudget budget;
    final MessageReader reader;

    ReaderRig() {
        this(MAX, new NodeBudget(8 << 20));
    }

    /** @param max bytes of a message */
    ReaderRig(int max, NodeBudget budget) {
        this.budget = budget;
        this.reader = new MessageReader(request, max, budget.lease(), windows::add, this);
    }

    /** Gives its chunks, and is never to be paused: a server's stream that is keeps what comes uncounted. */
    static final class FakeRequest implements ReadStream<Buffer> {
        final Deque<Buffer> chunks = new ArrayDeque<>();
        boolean endDue;

        @Nullable
        Handler<Buffer> onChunk;

        @Nullable
        Handler<Void> onEnd;

        @Nullable
        Handler<Throwable> onFailure;

        void flow() {
            while (!chunks.isEmpty()) {
                onChunk.handle(chunks.poll());
            }
            if (endDue) {
                endDue = false;
                onEnd.handle(null);
            }
        }

        @Override
        public FakeRequest handler(@Nullable Handler<Buffer> handler) {
            onChunk = handler;
            return this;
        }

        @Override
        public FakeRequest pause() {
            throw new AssertionError("not used");
        }

        @Override
        public FakeRequest resume() {
            throw new AssertionError("not used");
        }

        @Override
        public FakeRequest fetch(long amount) {
            throw new AssertionError("not used");
        }

        @Override
        public FakeRequest endHandler(@Nullable Handler<Void> handler) {
            onEnd = handler;
            return this;
        }

        @Override
        public FakeRequest exceptionHandler(@Nullable Handler<Throwable> handler) {
            onFailure = handler;
            return this;
        }
    }

    static Buffer message(String text) {
        return Buffer.buffer().appendByte((byte) 0).appendInt(text.length()).appendString(text);
    }

    void give(Buffer... chunks) {
        reader.start();
        request.chunks.addAll(List.of(chunks));
        request.flow();
    }

    @Override
    public void onMessage(Buffer payload) {
        payloads.add(payload);
        events.add(payload.toString());
        if (payload.toString().startsWith("pause")) {
            reader.pause();
        }
    }

    @Override
    public void onHalfClose() {
        events.add("half-close");
    }

    @Override
    public void onBroken(GrpcStatus status, String text) {
        events.add(status.name() + " " + text);
    }

    @Override
    public void onOverBudget() {
        events.add("over budget");
    }

    @Override
    public void onGone() {
        events.add("gone");
    }
}
