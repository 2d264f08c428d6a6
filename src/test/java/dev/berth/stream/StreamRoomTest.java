package dev.berth.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.config.StreamConfig;
import dev.berth.error.ErrorCode;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What streams between two nodes may have under way together. */
final class StreamRoomTest {
    private static final int WINDOW = 256 << 10;
    private static final int FRAME = 64 << 10;
    private static final long ALL_OF_PEER = 8 << 20;
    private static final Buffer PIECE = Buffer.buffer(new byte[FRAME]);

    private final EndpointPair pair = new EndpointPair(
            new StreamConfig(WINDOW, FRAME, Duration.ofMillis(20), Duration.ofSeconds(10)), "berth.other.worker.0");

    /** Ends of answers that are written as long as they are taken. */
    private final Queue<Writer> writers = new ConcurrentLinkedQueue<>();

    @AfterEach
    void close() {
        pair.close();
    }

    @Test
    void sixtyFourReadersThatStopLeaveNoMoreThanEightMebibytesUnderWay() {
        pair.accept(stream -> writers.add(new Writer(stream)));
        List<Reader> readers = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            readers.add(pair.initiator.call(() -> new Reader(open())));
            Reader last = readers.get(i);
            // Long enough for a wide window, if it is to have one.
            pair.initiator.until(() -> last.read.get() > 4 << 20);
            pair.initiator.run(() -> last.stream.inbound().pause());
        }

        pair.acceptor.until(() ->
                writers.stream().allMatch(writer -> writer.stream.outbound().writeQueueFull()));
        pair.settle();
        long read = readers.stream().mapToLong(reader -> reader.read.get()).sum();
        long sent = writers.stream().mapToLong(writer -> writer.sent()).sum();
        assertThat(sent - read).isBetween(64L * SharedRoom.LEAST / 2, ALL_OF_PEER);
        assertThat(sent - read).isLessThanOrEqualTo(inbound().held());

        pair.initiator.run(
                () -> readers.forEach(reader -> reader.stream.inbound().resume()));
        pair.initiator.until(() ->
                readers.stream().mapToLong(reader -> reader.read.get()).min().orElseThrow() > 8 << 20);
        pair.initiator.run(() -> readers.forEach(reader -> reader.stream.cancel(ErrorCode.CANCELLED.exception())));
        pair.assertNothingLeft();
        assertThat(inbound().held()).isZero();
    }

    @Test
    void requestBeginsNarrowAndNothingIsGrantedBeforeItIsRead() {
        Recorded here = new Recorded(pair.initiator.call(this::open));
        Recorded there = pair.accepted();
        pair.acceptor.run(() -> there.stream.inbound().pause());
        pair.initiator.run(() -> {
            for (int i = 0; i < 4; i++) {
                here.stream.outbound().write(PIECE);
            }
        });
        pair.settle();
        assertThat(pair.bus.sent(Frame.Open.class))
                .extracting(Frame.Open::credit)
                .containsExactly(SharedRoom.FIRST);
        assertThat(pair.bus.sent(Frame.Grant.class)).isEmpty();

        pair.acceptor.run(() -> there.stream.inbound().resume());
        pair.acceptor.until(() -> there.text().length() == 4 * FRAME);
        pair.initiator.run(() -> here.stream.cancel(ErrorCode.CANCELLED.exception()));
        pair.assertNothingLeft();
        assertNothingHeld();
    }

    @Test
    void manyRequestsThatAreNotReadLeaveNoMoreThanTwoMebibytesAndTheLeastOfEach() {
        AtomicInteger accepted = new AtomicInteger();
        pair.accept(stream -> {
            stream.inbound().pause();
            accepted.incrementAndGet();
        });
        List<FrameStream> streams = new ArrayList<>();
        pair.initiator.run(() -> {
            for (int i = 0; i < 256; i++) {
                FrameStream stream = open();
                stream.outbound().write(PIECE);
                streams.add(stream);
            }
        });
        pair.acceptor.until(() -> accepted.get() == 256);
        long presumed = pair.bus.sent(Frame.Open.class).stream()
                .mapToLong(Frame.Open::credit)
                .sum();
        assertThat(presumed).isLessThanOrEqualTo((2 << 20) + 256 * SharedRoom.LEAST);
        assertThat(pair.bus.sent(Frame.Open.class)).allMatch(open -> open.credit() >= SharedRoom.LEAST);

        pair.initiator.run(() -> pair.initiator.endpoint().peerLost("other"));
        pair.assertNothingLeft();
        assertNothingHeld();
    }

    @Test
    void initiatorThatPresumesMoreThanTheRoomHasIsTakenAtItsWordUpToTheWindow() {
        Windows windows = Windows.accepted(
                new StreamConfig(WINDOW, FRAME, Duration.ofSeconds(1), Duration.ofSeconds(2)),
                new NodePair(),
                new Frame.Open(0, Long.MAX_VALUE, "call"));

        assertThat(windows.inbound().granted()).isEqualTo(WINDOW);
    }

    @Test
    void initiatorThatPresumesNothingIsGrantedTheLeast() {
        Recorded here = pair.open(0);
        pair.initiator.run(() -> here.write("write", Buffer.buffer("late")));
        Recorded there = pair.accepted();

        pair.acceptor.until(() -> there.text().equals("late"));
        assertThat(pair.bus.sent(Frame.Grant.class))
                .extracting(Frame.Grant::total)
                .contains(SharedRoom.LEAST);
    }

    @Test
    void requestThatIsCompleteHoldsOnlyWhatOfItIsNotRead() {
        Recorded here = new Recorded(pair.initiator.call(this::open));
        Recorded there = pair.accepted();
        pair.acceptor.run(() -> there.stream.inbound().pause());
        pair.initiator.run(() -> {
            here.stream.outbound().write(Buffer.buffer("0123456789"));
            here.stream.outbound().end();
        });
        pair.settle();
        assertThat(outer(pair.acceptor, pair.initiator, NodePair::inbound).held())
                .isEqualTo(10);
        assertThat(outer(pair.initiator, pair.acceptor, NodePair::presumed).held())
                .isEqualTo(10);

        pair.acceptor.run(() -> there.stream.inbound().resume());
        pair.acceptor.until(() -> there.saw("end"));
        pair.acceptor.run(() -> {
            there.stream.outbound().write(Buffer.buffer("answer"));
            there.stream.finish("done");
        });
        pair.initiator.until(() -> here.saw("finish done"));
        pair.assertNothingLeft();
        assertNothingHeld();
    }

    @Test
    void answerThatIsCompleteIsHeldUntilItIsRead() {
        Recorded here = new Recorded(pair.initiator.call(this::open));
        Recorded there = pair.accepted();
        pair.initiator.run(() -> here.stream.inbound().pause());
        pair.acceptor.run(() -> {
            there.stream.outbound().write(Buffer.buffer("answer"));
            there.stream.finish("done");
        });
        pair.settle();
        assertThat(inbound().held()).isEqualTo(6);

        pair.initiator.run(() -> here.stream.inbound().resume());
        pair.initiator.until(() -> here.saw("finish done"));
        pair.assertNothingLeft();
        assertNothingHeld();
    }

    @Test
    void whatTwoNodesShareIsForgottenWithTheirLastStream() {
        Recorded here = new Recorded(pair.initiator.call(this::open));
        Recorded there = pair.accepted();
        assertThat(NodePairs.of(pair.vertx).size()).isEqualTo(2);

        pair.acceptor.run(() -> there.stream.finish("done"));
        pair.initiator.until(() -> here.saw("finish done"));

        pair.initiator.until(() -> NodePairs.of(pair.vertx).size() == 0);
    }

    @Test
    void endpointThatClosesGivesBackAll() {
        Recorded here = new Recorded(pair.initiator.call(this::open));
        Recorded there = pair.accepted();

        EndpointPair.await(pair.initiator.call(() -> pair.initiator.endpoint().close()));
        pair.acceptor.until(() -> there.saw("failure PEER_LOST"));
        pair.initiator.run(() -> {
            FrameStream late = open();
            late.failureHandler(why -> here.events.add("late " + Recorded.code(why)));
        });
        pair.initiator.until(() -> here.saw("late PEER_LOST"));

        pair.acceptor.until(() -> NodePairs.of(pair.vertx).size() == 0);
    }

    private FrameStream open() {
        return pair.initiator.endpoint().open(pair.acceptor.frames(), "call", WINDOW);
    }

    private SharedRoom inbound() {
        return outer(pair.initiator, pair.acceptor, NodePair::inbound);
    }

    private void assertNothingHeld() {
        assertThat(inbound().held()).isZero();
        assertThat(outer(pair.initiator, pair.acceptor, NodePair::presumed).held())
                .isZero();
        assertThat(outer(pair.acceptor, pair.initiator, NodePair::inbound).held())
                .isZero();
    }

    private SharedRoom outer(
            EndpointPair.Side here, EndpointPair.Side there, java.util.function.Function<NodePair, SharedRoom> which) {
        NodePairs pairs = NodePairs.of(pair.vertx);
        NodePair between = pairs.acquire(here.frames(), there.frames());
        pairs.release(here.frames(), there.frames());
        return which.apply(between);
    }

    private static final class Writer {
        final FrameStream stream;
        private final AtomicLong written = new AtomicLong();
        private boolean over;

        Writer(FrameStream stream) {
            this.stream = stream;
            stream.outbound().drainHandler(nothing -> write());
            stream.outbound().exceptionHandler(why -> over = true);
            write();
        }

        private void write() {
            while (!over && !stream.outbound().writeQueueFull()) {
                written.addAndGet(FRAME);
                stream.outbound().write(PIECE);
            }
        }

        long sent() {
            return written.get() - ((Outbound) stream.outbound()).queuedBytes();
        }
    }

    private static final class Reader {
        final FrameStream stream;
        final AtomicLong read = new AtomicLong();

        Reader(FrameStream stream) {
            this.stream = stream;
            stream.inbound().handler(bytes -> read.addAndGet(bytes.length()));
            stream.failureHandler(why -> {});
        }
    }
}
