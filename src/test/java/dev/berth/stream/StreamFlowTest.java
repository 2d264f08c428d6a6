package dev.berth.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.error.ErrorCode;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Credit, demand and what they bound. */
final class StreamFlowTest {
    private static final int WINDOW = EndpointPair.WINDOW;
    private static final int MAX_FRAME = EndpointPair.MAX_FRAME;

    private final EndpointPair pair = new EndpointPair();

    @AfterEach
    void close() {
        pair.close();
    }

    @Test
    void aSlowReaderGetsEveryByteInOrderAndNoMoreThanAWindowWaitsForIt() {
        // Given
        RandomWriter writer = new RandomWriter(100_000_000, 100_000);
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        HaltingReader reader = new HaltingReader(there.stream);
        pair.acceptor.run(reader::start);

        // When
        pair.initiator.run(() -> writer.start(here.stream));
        pair.acceptor.until(() -> there.saw("end"));

        // Then
        assertThat(reader.bytes.get()).isEqualTo(writer.total);
        assertThat(reader.sum.getValue()).isEqualTo(writer.sum.getValue());
        assertThat(reader.mostQueued.get()).isPositive().isLessThanOrEqualTo(WINDOW);
        assertThat(writer.mostQueued.get()).isLessThanOrEqualTo(100_000);
        assertThat(pair.bus.biggestFrame()).isLessThanOrEqualTo(MAX_FRAME);
        pair.acceptor.run(() -> there.stream.finish("done"));
        pair.initiator.until(() -> here.saw("finish done"));
        pair.assertNothingLeft();
    }

    @Test
    void aSmallCallIsOneMessageThereAndOneBack() {
        pair.accept(stream -> stream.inbound().endHandler(end -> {
            stream.note("head");
            stream.outbound().write(Buffer.buffer("answer"));
            stream.finish("done");
        }));
        Recorded here = pair.initiator.call(() -> {
            Recorded opened = new Recorded(pair.initiator.endpoint().open(pair.acceptor.frames(), "call", WINDOW));
            opened.stream.outbound().write(Buffer.buffer("question"));
            opened.stream.outbound().end();
            return opened;
        });
        pair.initiator.until(() -> here.saw("finish done"));

        assertThat(here.text()).isEqualTo("answer");
        assertThat(pair.bus.envelopes(pair.initiator)).isEqualTo(1);
        assertThat(pair.bus.envelopes(pair.acceptor)).isEqualTo(1);
        pair.assertNothingLeft();
    }

    @Test
    void whatStreamsSendInOneTurnTravelsTogetherAndInOrderUpToABound() {
        Recorded one = pair.open();
        Recorded oneThere = pair.accepted();
        Recorded two = pair.open();
        Recorded twoThere = pair.accepted();
        long before = pair.bus.envelopes(pair.initiator);

        pair.initiator.run(() -> {
            for (int i = 0; i < 4; i++) {
                one.stream.outbound().write(Buffer.buffer("x".repeat(MAX_FRAME - 1)));
                two.stream.note("n" + i);
            }
        });
        pair.acceptor.until(() -> twoThere.saw("note n3") && oneThere.text().length() == 4 * (MAX_FRAME - 1));
        assertThat(pair.bus.envelopes(pair.initiator) - before).isEqualTo(1);

        pair.initiator.run(() -> {
            one.stream.cancel(ErrorCode.CANCELLED.exception());
            two.stream.cancel(ErrorCode.CANCELLED.exception());
        });
        pair.assertNothingLeft();
    }

    @Test
    void writesBeyondTheCreditWaitForAGrant() {
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        pair.acceptor.run(() -> there.stream.inbound().pause());

        pair.initiator.run(() -> {
            here.write("first", Buffer.buffer("x".repeat(WINDOW)));
            here.events.add("full " + here.stream.outbound().writeQueueFull());
            here.write("second", Buffer.buffer("yz"));
        });
        pair.settle();
        assertThat(here.events).containsExactly("first ok", "full true");
        assertThat(there.text()).isEmpty();

        pair.acceptor.run(() -> there.stream.inbound().resume());
        pair.initiator.until(() -> here.saw("drain"));

        assertThat(here.events).containsExactly("first ok", "full true", "second ok", "drain");
        assertThat(pair.initiator.<Boolean>call(() -> here.stream.outbound().writeQueueFull()))
                .isFalse();
        pair.acceptor.until(() -> there.text().endsWith("yz"));
        assertThat(there.text()).hasSize(WINDOW + 2);
    }

    @Test
    void aBufferIsCutAtTheLargestFrameAndAtTheEndOfTheCredit() {
        Recorded here = pair.open(MAX_FRAME + 10);
        Recorded there = pair.accepted();
        // The acceptor's own window is larger; its first grant says so.
        pair.acceptor.until(() -> !pair.bus.sent(Frame.Grant.class).isEmpty());

        pair.initiator.run(() -> here.stream.outbound().write(Buffer.buffer("x".repeat(2 * MAX_FRAME))));
        pair.acceptor.until(() -> there.text().length() == 2 * MAX_FRAME);

        assertThat(pair.bus.biggestFrame()).isEqualTo(MAX_FRAME);
    }

    @Test
    void aWindowTakenTooSmallIsPutRightByAFirstGrant() {
        Recorded here = pair.open(0);
        pair.initiator.run(() -> here.write("write", Buffer.buffer("late")));

        Recorded there = pair.accepted();
        pair.acceptor.until(() -> there.text().equals("late"));

        assertThat(here.events).contains("write ok", "drain");
    }

    @Test
    void grantsComeHalfAWindowAtATime() {
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        int piece = WINDOW / 8;

        for (int i = 0; i < 16; i++) {
            pair.initiator.run(() -> here.stream.outbound().write(Buffer.buffer("x".repeat(piece))));
            int expected = (i + 1) * piece;
            pair.acceptor.until(() -> there.text().length() == expected);
        }
        pair.settle();

        assertThat(pair.bus.sent(Frame.Grant.class))
                .extracting(Frame.Grant::total)
                .containsExactly(WINDOW * 3L / 2, WINDOW * 2L, WINDOW * 5L / 2, WINDOW * 3L);
    }

    @Test
    void fetchDeliversThatManyBuffers() {
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        pair.acceptor.run(() -> there.stream.inbound().pause());
        Buffer piece = Buffer.buffer("x".repeat(MAX_FRAME / 2));
        pair.initiator.run(() -> {
            for (int i = 0; i < 4; i++) {
                here.stream.outbound().write(piece);
            }
        });

        pair.acceptor.run(() -> there.stream.inbound().fetch(1));
        pair.settle();
        assertThat(there.text()).hasSize(piece.length());
        pair.acceptor.run(() -> there.stream.inbound().fetch(2));
        pair.settle();

        assertThat(there.text()).hasSize(3 * piece.length());
    }

    @Test
    void bytesWaitForTheFirstHandlerAndAreDroppedAfterTheLast() {
        List<FrameStream> accepted = new ArrayList<>();
        pair.acceptor.run(() -> pair.acceptor.endpoint().acceptor(accepted::add));
        Recorded here = pair.open();
        pair.initiator.run(() -> here.stream.outbound().write(Buffer.buffer("kept")));
        pair.acceptor.until(() -> !accepted.isEmpty());
        pair.settle();

        Recorded there = pair.acceptor.call(() -> new Recorded(accepted.get(0)));
        pair.acceptor.until(() -> there.text().equals("kept"));
        pair.acceptor.run(() -> there.stream.inbound().handler(null));
        for (int i = 0; i < 4; i++) {
            pair.initiator.run(() -> here.write("dropped", Buffer.buffer("x".repeat(WINDOW))));
            pair.settle();
        }
        pair.initiator.until(() -> here.count("dropped ok") == 4);

        assertThat(there.text()).isEqualTo("kept");
    }

    @Test
    void tinyPiecesThatWaitAreJoined() {
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        pair.acceptor.run(() -> there.stream.inbound().pause());
        StringBuilder text = new StringBuilder();

        pair.initiator.run(() -> {
            for (int i = 0; i < 20_000; i++) {
                String digit = Integer.toString(i % 10);
                text.append(digit);
                here.stream.outbound().write(Buffer.buffer(digit));
            }
        });
        pair.settle();
        pair.acceptor.run(() -> there.stream.inbound().resume());
        pair.acceptor.until(() -> there.text().length() == text.length());

        assertThat(there.text()).isEqualTo(text.toString());
        assertThat(there.events).hasSizeLessThan(10);
    }

    @Test
    void aWriterThatNeverLooksIsStoppedPastFourWindows() {
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        pair.acceptor.run(() -> there.stream.inbound().pause());

        pair.initiator.run(() -> {
            for (int i = 0; i < 5; i++) {
                here.write("window " + i, Buffer.buffer("x".repeat(WINDOW)));
            }
            here.events.add("now");
            here.write("too much", Buffer.buffer("x"));
        });
        pair.acceptor.until(() -> there.saw("failure STREAM_BROKEN"));

        assertThat(here.events)
                .startsWith("window 0 ok", "now", "window 1 STREAM_BROKEN")
                .contains("failure STREAM_BROKEN", "too much STREAM_BROKEN");
        pair.assertNothingLeft();
    }

    @Test
    void notesThatPileUpWithoutCreditBreakTheStream() {
        pair.bus.all(Frame.Grant.class, BusFaults.Fault.DROP);
        Recorded here = pair.open(0);

        pair.initiator.run(() -> {
            here.stream.outbound().write(Buffer.buffer("x"));
            for (int i = 0; i < 4096; i++) {
                here.stream.note("n");
            }
        });

        assertThat(here.events).contains("failure STREAM_BROKEN");
        pair.assertNothingLeft();
    }

    @Test
    void anEmptyWriteSendsNothing() {
        Recorded here = pair.open();

        pair.initiator.run(() -> here.write("empty", Buffer.buffer()));

        assertThat(here.events).containsExactly("empty ok");
        assertThat(pair.bus.sent(Frame.Data.class)).isEmpty();
        pair.initiator.run(() -> here.stream.cancel(ErrorCode.CANCELLED.exception()));
        pair.assertNothingLeft();
    }

    @Test
    void pipesRunBothWaysUnderPressure() {
        // Given an acceptor that sends back what it gets
        pair.acceptor.run(() -> pair.acceptor
                .endpoint()
                .acceptor(stream -> stream.inbound()
                        .pipeTo(stream.outbound())
                        .onComplete(done -> stream.finish(done.succeeded() ? "piped" : "failed"))));
        RandomWriter writer = new RandomWriter(20_000_000, 50_000);
        Recorded here = pair.open();
        HaltingReader reader = new HaltingReader(here.stream);

        // When
        pair.initiator.run(() -> {
            reader.start();
            writer.start(here.stream);
        });
        pair.initiator.until(() -> here.saw("finish piped"));

        // Then
        assertThat(reader.sum.getValue()).isEqualTo(writer.sum.getValue());
        assertThat(here.signals()).endsWith("end", "finish piped");
        assertThat(reader.mostQueued.get()).isLessThanOrEqualTo(WINDOW);
        pair.assertNothingLeft();
    }

    /** Writes pieces of random size for as long as the stream takes them, and ends. */
    static final class RandomWriter {
        final CRC32 sum = new CRC32();
        final AtomicLong mostQueued = new AtomicLong();
        final long total;
        private final int maxPiece;
        private final Random random = new Random(42);
        private long left;

        RandomWriter(long total, int maxPiece) {
            this.total = total;
            this.left = total;
            this.maxPiece = maxPiece;
        }

        void start(FrameStream stream) {
            stream.outbound().drainHandler(nothing -> writeAll(stream));
            writeAll(stream);
        }

        private void writeAll(FrameStream stream) {
            while (left > 0 && !stream.outbound().writeQueueFull()) {
                byte[] piece = new byte[(int) Math.min(left, 1 + random.nextInt(maxPiece))];
                random.nextBytes(piece);
                sum.update(piece);
                left -= piece.length;
                stream.outbound().write(Buffer.buffer(piece));
                mostQueued.accumulateAndGet(((Outbound) stream.outbound()).queuedBytes(), Math::max);
            }
            if (left == 0) {
                left = -1;
                stream.outbound().end();
            }
        }
    }

    /** Pauses in the middle of things, and goes on a turn later by resume or by fetch. */
    private final class HaltingReader {
        final CRC32 sum = new CRC32();
        final AtomicLong bytes = new AtomicLong();
        final AtomicLong mostQueued = new AtomicLong();
        private final FrameStream stream;
        private final Random random = new Random(7);

        HaltingReader(FrameStream stream) {
            this.stream = stream;
        }

        void start() {
            stream.inbound().handler(this::read);
        }

        private void read(Buffer piece) {
            sum.update(piece.getBytes());
            bytes.addAndGet(piece.length());
            mostQueued.accumulateAndGet(((Inbound) stream.inbound()).queuedBytes(), Math::max);
            if (random.nextInt(10) == 0) {
                stream.inbound().pause();
                boolean all = random.nextBoolean();
                pair.vertx.setTimer(1, id -> {
                    if (all) {
                        stream.inbound().resume();
                    } else {
                        stream.inbound().fetch(2);
                        pair.vertx.runOnContext(nothing -> stream.inbound().resume());
                    }
                });
            }
        }
    }
}
