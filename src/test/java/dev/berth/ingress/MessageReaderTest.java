package dev.berth.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import io.vertx.core.streams.ReadStream;
import io.vertx.grpc.common.GrpcStatus;
import java.lang.management.ManagementFactory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MessageReaderTest {
    private static final int MAX = 1000;

    private static final int FRAME_OF_CLI = 64 * 1024;
    private static final int WRAPPING = 8;

    private final FakeRequest request = new FakeRequest();
    private final List<String> events = new ArrayList<>();
    private final NodeBudget budget = new NodeBudget(8 << 20);
    private final List<Integer> windows = new ArrayList<>();
    private final MessageReader reader =
            new MessageReader(request, MAX, budget.lease(), windows::add, new MessageReader.Listener() {
                @Override
                public void onMessage(Buffer payload) {
                    events.add(payload.toString());
                    if (payload.toString().startsWith("pause")) {
                        reader().pause();
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
            });

    /** Whoever wants nothing but messages. */
    private record Collecting(List<Buffer> payloads) implements MessageReader.Listener {
        @Override
        public void onMessage(Buffer payload) {
            payloads.add(payload);
        }

        @Override
        public void onHalfClose() {}

        @Override
        public void onBroken(GrpcStatus status, String text) {
            throw new AssertionError(text);
        }

        @Override
        public void onOverBudget() {
            throw new AssertionError("over budget");
        }

        @Override
        public void onGone() {}
    }

    private MessageReader reader() {
        return reader;
    }

    /** Gives its chunks, and is never to be paused: a server's stream that is keeps what comes uncounted. */
    private static final class FakeRequest implements ReadStream<Buffer> {
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

    private static Buffer message(String text) {
        return Buffer.buffer().appendByte((byte) 0).appendInt(text.length()).appendString(text);
    }

    private void give(Buffer... chunks) {
        reader.start();
        request.chunks.addAll(List.of(chunks));
        request.flow();
    }

    @Test
    void severalMessagesOfOneChunkAreDeliveredInOrder() {
        give(message("a").appendBuffer(message("")).appendBuffer(message("c")));

        assertThat(events).containsExactly("a", "", "c");
    }

    @Test
    void aPauseHoldsAtOnceWithinAChunk() {
        give(message("pause 1").appendBuffer(message("b")));
        assertThat(events).containsExactly("pause 1");

        reader.resume();

        assertThat(events).containsExactly("pause 1", "b");
    }

    @Test
    void theHalfCloseWaitsBehindWhatIsHeld() {
        reader.start();
        request.onChunk.handle(message("pause 1").appendBuffer(message("b")));
        request.onEnd.handle(null);
        assertThat(events).containsExactly("pause 1");

        reader.resume();

        assertThat(events).containsExactly("pause 1", "b", "half-close");
    }

    @Test
    void cutOffMessageAtTheEndIsBroken() {
        Buffer whole = message("abc");
        request.endDue = true;

        give(whole.slice(0, 6));

        assertThat(events).containsExactly("INTERNAL the last message is cut off");
    }

    @Test
    void tooLargeMessageIsBrokenBeforeItHasArrivedAndTheRestIsDropped() {
        Buffer prefix = Buffer.buffer().appendByte((byte) 0).appendInt(MAX + 1);

        give(prefix.slice(0, 3), prefix.slice(3, 5), Buffer.buffer("x"), message("never"));

        assertThat(events).containsExactly("RESOURCE_EXHAUSTED grpc: received message larger than max (1001 vs. 1000)");
        assertThat(request.chunks).isEmpty();
    }

    @Test
    void messageOfFourGigabytesIsTooLarge() {
        give(Buffer.buffer().appendByte((byte) 0).appendInt(-1));

        assertThat(events)
                .containsExactly("RESOURCE_EXHAUSTED grpc: received message larger than max (4294967295 vs. 1000)");
    }

    @Test
    void compressedMessageIsBroken() {
        give(Buffer.buffer().appendByte((byte) 1).appendInt(1).appendString("x"));

        assertThat(events).hasSize(1).first().asString().startsWith("INTERNAL");
    }

    @Test
    void whileItIsPausedTheWindowIsClosedOnceMoreThanAShortBodyIsKept() {
        give(message("pause 1"), message("x".repeat(MAX)));
        assertThat(windows).isEmpty();

        for (int i = 0; i < 16; i++) {
            request.onChunk.handle(message("x".repeat(MAX)));
        }
        assertThat(windows).containsExactly(0);
        assertThat(budget.taken()).isBetween(17_000L, 36_000L);

        reader.resume();

        assertThat(windows).containsExactly(0, MessageReader.FIRST_WINDOW);
        assertThat(events).hasSize(18);
        assertThat(budget.taken()).isZero();
    }

    @Test
    void aWideWindowIsPaidForAndOpenedAgainAsWide() {
        give(message("pause 1"));
        reader.widen(1 << 20);
        assertThat(budget.taken()).isEqualTo(1 << 20);
        for (int i = 0; i < 20; i++) {
            request.onChunk.handle(message("x".repeat(MAX)));
        }

        reader.resume();

        assertThat(windows).containsExactly(1 << 20, 0, 1 << 20);
        reader.drop();
        assertThat(budget.taken()).isZero();
    }

    @Test
    void whatThereIsNoMemoryForIsToldOnceAndTheRestIsDropped() {
        NodeBudget.Lease other = budget.lease();
        assertThat(other.hold(budget.limitOfWaiting())).isTrue();

        give(message("pause 1"));
        for (int i = 0; i < 20; i++) {
            request.onChunk.handle(message("x".repeat(MAX)));
        }
        reader.resume();

        assertThat(events).containsExactly("pause 1", "over budget");
        assertThat(budget.taken()).isEqualTo(budget.limitOfWaiting());
    }

    @Test
    void aResetIsToldOnceAndNothingAfterIt() {
        give(message("pause 1").appendBuffer(message("b")));

        request.onFailure.handle(new IllegalStateException("reset"));
        reader.gone();
        reader.resume();
        reader.drop();

        assertThat(events).containsExactly("pause 1", "gone");
    }

    @Test
    void droppedStreamsAreReadOnAndNothingIsDelivered() {
        give(message("pause 1").appendBuffer(message("b")));

        reader.drop();
        request.chunks.add(message("c"));
        request.endDue = true;
        request.flow();

        assertThat(events).containsExactly("pause 1");
        assertThat(request.chunks).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 5, 16_384})
    void frameOf64KiBIsPutTogetherInMemoryThatNeedNotGrow(int firstChunk) {
        int length = FRAME_OF_CLI + WRAPPING;
        List<Buffer> payloads = new ArrayList<>();
        FakeRequest frames = new FakeRequest();
        new MessageReader(frames, 2 * length, budget.lease(), windows::add, new Collecting(payloads)).start();
        Buffer bytes = message("x".repeat(length));
        frames.chunks.add(bytes.getBuffer(0, firstChunk));
        frames.chunks.add(bytes.getBuffer(firstChunk, bytes.length()));

        frames.flow();

        assertThat(payloads).hasSize(1);
        ByteBuf memory = ((BufferInternal) payloads.get(0)).getByteBuf().unwrap();
        assertThat(memory.capacity()).isLessThan(length + WRAPPING);
    }

    @Test
    void largeChunksThatComeDuringAPauseAreNotCopied() {
        int length = FRAME_OF_CLI / 4;
        List<Buffer> payloads = new ArrayList<>();
        FakeRequest frames = new FakeRequest();
        MessageReader paused =
                new MessageReader(frames, length, budget.lease(), windows::add, new Collecting(payloads));
        paused.start();
        paused.pause();
        List<Buffer> chunks = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            chunks.add(message("x".repeat(length)));
            frames.onChunk.handle(chunks.get(i));
        }

        paused.resume();

        assertThat(payloads).hasSize(4);
        for (int i = 0; i < 4; i++) {
            byte[] memory = ((BufferInternal) chunks.get(i)).getByteBuf().array();
            assertThat(((BufferInternal) payloads.get(i)).getByteBuf().array()).isSameAs(memory);
        }
        assertThat(budget.taken()).isZero();
    }

    @Test
    void aClientThatTricklesDuringAPausePaysForItsBytes() {
        give(message("pause 1"));
        for (int i = 0; i < 30; i++) {
            for (byte one : message("x".repeat(MAX)).getBytes()) {
                request.onChunk.handle(Buffer.buffer(new byte[] {one}));
            }
        }
        assertThat(budget.taken()).isBetween(30_000L, 70_000L);

        reader.resume();

        assertThat(events).hasSize(31);
        assertThat(budget.taken()).isZero();
    }

    @Property(tries = 500)
    void howeverCutAndPausedTheSameMessagesArrive(
            @ForAll @Size(max = 25) List<@IntRange(max = MAX) Integer> lengths,
            @ForAll @Size(min = 1, max = 12) List<@IntRange(min = 1, max = 700) Integer> cuts) {
        List<String> sent = new ArrayList<>();
        Buffer bytes = Buffer.buffer();
        for (int length : lengths) {
            String text = ((length % 3 == 0 ? "pause" : "m") + "x".repeat(MAX)).substring(0, length);
            sent.add(text);
            bytes.appendBuffer(message(text));
        }
        MessageReaderTest fresh = new MessageReaderTest();
        int at = 0;
        for (int i = 0; at < bytes.length(); i++) {
            int end = Math.min(bytes.length(), at + cuts.get(i % cuts.size()));
            fresh.request.chunks.add(bytes.getBuffer(at, end));
            at = end;
        }
        fresh.request.endDue = true;
        fresh.reader.start();
        fresh.request.flow();
        for (int i = 0; i <= lengths.size(); i++) {
            fresh.reader.resume();
            fresh.request.flow();
        }
        sent.add("half-close");
        assertThat(fresh.events).isEqualTo(sent);
    }

    @Test
    void aPrefixThatIsRefusedCostsNoRoomForItsMessage() {
        int streams = 500;
        NodeBudget full = new NodeBudget(1 << 20);
        full.reserve(1 << 20);
        Buffer prefix = Buffer.buffer().appendByte((byte) 0).appendInt(FRAME_OF_CLI);
        List<Refused> refused = new ArrayList<>();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < streams; i++) {
            FakeRequest flooding = new FakeRequest();
            Refused listener = new Refused(new ArrayList<>());
            new MessageReader(flooding, FRAME_OF_CLI, full.lease(), bytes -> {}, listener).start();
            // Every second prefix comes in two pieces.
            int cut = i % 2 == 0 ? prefix.length() : 3;
            flooding.chunks.add(prefix.slice(0, cut));
            flooding.chunks.add(prefix.slice(cut, prefix.length()));
            flooding.flow();
            refused.add(listener);
        }
        long each = (threads.getCurrentThreadAllocatedBytes() - before) / streams;

        assertThat(refused).allMatch(one -> one.events().equals(List.of("over budget")));
        assertThat(each).isLessThan(16 * 1024);
        assertThat(full.taken()).isEqualTo(1 << 20);
    }

    /** Whose message is to be refused for want of memory. */
    private record Refused(List<String> events) implements MessageReader.Listener {
        @Override
        public void onMessage(Buffer payload) {
            events.add("message");
        }

        @Override
        public void onHalfClose() {
            events.add("half-close");
        }

        @Override
        public void onBroken(GrpcStatus status, String text) {
            events.add(text);
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
}
