package dev.berth.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.error.ErrorCode;
import dev.berth.stream.BusFaults.Fault;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A bus that loses, repeats and reorders frames. */
final class StreamLossTest {
    private static final int WINDOW = EndpointPair.WINDOW;

    private final EndpointPair pair =
            new EndpointPair(EndpointPair.config(Duration.ofMillis(50), Duration.ofSeconds(10)));

    @AfterEach
    void close() {
        pair.close();
    }

    @Test
    void theNextGrantMakesUpForALostOne() {
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        pair.bus.nth(1, Frame.Grant.class, Fault.DROP);

        pair.initiator.run(() -> here.write("much", Buffer.buffer("x".repeat(2 * WINDOW))));
        pair.initiator.until(() -> here.saw("much ok"));

        pair.acceptor.until(() -> there.text().length() == 2 * WINDOW);
        finish(here, there);
    }

    @Test
    void aLostLastGrantIsRepeatedWithThePing() {
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        pair.bus.all(Frame.Grant.class, Fault.DROP);
        pair.initiator.run(() -> here.write("much", Buffer.buffer("x".repeat(2 * WINDOW))));
        pair.acceptor.until(() -> there.text().length() == WINDOW);
        pair.acceptor.until(() -> pair.bus.sent(Frame.Grant.class).size() >= 2);

        pair.bus.none();
        pair.initiator.until(() -> here.saw("much ok"));

        pair.acceptor.until(() -> there.text().length() == 2 * WINDOW);
        finish(here, there);
    }

    @Test
    void lostDataBreaksTheStreamAtBothEnds() {
        breaksAtBothEnds(Fault.DROP, Frame.Data.class, true);
    }

    @Test
    void repeatedDataBreaksTheStreamAtBothEnds() {
        breaksAtBothEnds(Fault.REPEAT, Frame.Data.class, true);
    }

    @Test
    void dataOutOfOrderBreaksTheStreamAtBothEnds() {
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        pair.bus.nth(2, Frame.Data.class, Fault.HOLD);

        pair.initiator.run(() -> writeThree(here));
        pair.bus.release();
        bothBreak(here, there);

        assertThat(there.events).startsWith("data 1", "note n", "outbound STREAM_BROKEN");
    }

    @Test
    void aLostNoteBreaksTheStreamAtBothEnds() {
        breaksAtBothEnds(Fault.DROP, Frame.Note.class, true);
    }

    @Test
    void aRepeatedNoteBreaksTheStreamAtBothEnds() {
        breaksAtBothEnds(Fault.REPEAT, Frame.Note.class, true);
    }

    @Test
    void aRepeatedHalfCloseBreaksTheStreamAtBothEnds() {
        breaksAtBothEnds(Fault.REPEAT, Frame.End.class, true);
    }

    @Test
    void lossIsNoticedInTheAnswerToo() {
        breaksAtBothEnds(Fault.DROP, Frame.Data.class, false);
    }

    @Test
    void aLostFrameThatNoOtherFollowsIsFoundByThePing() {
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        pair.bus.nth(1, Frame.Data.class, Fault.DROP);

        pair.initiator.run(() -> here.stream.outbound().write(Buffer.buffer("x")));

        bothBreak(here, there);
    }

    @Test
    void aLostHalfCloseIsFoundByThePing() {
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        pair.bus.nth(1, Frame.End.class, Fault.DROP);

        pair.acceptor.run(() -> there.stream.outbound().end());

        bothBreak(here, there);
    }

    private void breaksAtBothEnds(Fault fault, Class<? extends Frame> kind, boolean request) {
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        pair.bus.nth(1, kind, fault);

        if (request) {
            pair.initiator.run(() -> writeThree(here));
        } else {
            pair.acceptor.run(() -> writeThree(there));
        }
        bothBreak(here, there);
    }

    private void bothBreak(Recorded here, Recorded there) {
        pair.initiator.until(() -> here.saw("failure STREAM_BROKEN"));
        pair.acceptor.until(() -> there.saw("failure STREAM_BROKEN"));

        assertThat(here.count("failure STREAM_BROKEN")).isEqualTo(1);
        assertThat(there.count("failure STREAM_BROKEN")).isEqualTo(1);
        pair.assertNothingLeft();
    }

    private static void writeThree(Recorded side) {
        side.stream.outbound().write(Buffer.buffer("1"));
        side.stream.note("n");
        side.stream.outbound().write(Buffer.buffer("2"));
        side.stream.outbound().write(Buffer.buffer("3"));
        side.stream.outbound().end();
    }

    @Test
    void dataOfAStreamWhoseOpenWasLostIsRefused() {
        pair.bus.nth(1, Frame.Open.class, Fault.DROP);
        Recorded here = pair.open();

        pair.initiator.run(() -> here.stream.outbound().write(Buffer.buffer("x")));
        pair.initiator.until(() -> here.saw("failure PEER_LOST"));

        assertThat(pair.acceptor.<Long>call(() -> pair.acceptor.endpoint().unknownFrames()))
                .isEqualTo(1);
        pair.assertNothingLeft();
    }

    @Test
    void aSilentStreamWhoseOpenWasLostEndsWithThePing() {
        pair.bus.nth(1, Frame.Open.class, Fault.DROP);
        Recorded here = pair.open();

        pair.initiator.until(() -> here.saw("failure PEER_LOST"));

        pair.assertNothingLeft();
    }

    @Test
    void aRepeatedOpenBreaksTheStream() {
        pair.bus.nth(1, Frame.Open.class, Fault.REPEAT);
        Recorded here = pair.open();
        Recorded there = pair.accepted();

        bothBreak(here, there);
    }

    @Test
    void aLostFinishEndsTheInitiatorWithThePing() {
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        pair.bus.nth(1, Frame.Finish.class, Fault.DROP);

        pair.acceptor.run(() -> there.stream.finish("lost"));
        pair.initiator.until(() -> here.saw("failure PEER_LOST"));

        pair.assertNothingLeft();
    }

    @Test
    void aLostCancelEndsTheOtherSideWithThePing() {
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        Recorded second = pair.open();
        pair.accepted();
        pair.bus.nth(1, Frame.Cancel.class, Fault.DROP);

        pair.initiator.run(() -> here.stream.cancel(ErrorCode.CANCELLED.exception()));
        pair.acceptor.until(() -> there.saw("failure PEER_LOST"));

        assertThat(pair.acceptor.active()).isEqualTo(1);
        pair.initiator.run(() -> second.stream.cancel(ErrorCode.CANCELLED.exception()));
        pair.assertNothingLeft();
    }

    @Test
    void pingsLeaveHealthyStreamsAlone() {
        Recorded here = pair.open();
        Recorded there = pair.accepted();

        pair.initiator.until(() -> pair.bus.sent(Frame.Pong.class).size() >= 6);

        assertThat(pair.bus.sent(Frame.Pong.class))
                .allMatch(pong -> pong.opened().isEmpty() && pong.accepted().isEmpty());
        assertThat(pair.bus.sent(Frame.Grant.class)).isEmpty();
        finish(here, there);
    }

    @Test
    void dataForAnUnknownStreamIsAnsweredWithACancelAndACancelWithNothing() {
        StreamId unknown = new StreamId(pair.initiator.frames(), 7);
        send(pair.acceptor.frames(), unknown, new Frame.Data(0, Buffer.buffer("x")));
        send(pair.acceptor.frames(), unknown, new Frame.End(1));
        send(pair.acceptor.frames(), unknown, new Frame.Grant(1));
        send(pair.initiator.frames(), new StreamId(pair.initiator.frames(), 8), new Frame.Note(0, "x"));
        pair.settle();

        assertThat(pair.acceptor.<Long>call(() -> pair.acceptor.endpoint().unknownFrames()))
                .isEqualTo(2);
        assertThat(pair.bus.sent(Frame.Cancel.class))
                .extracting(cancel -> cancel.error().code().name())
                .containsExactlyInAnyOrder("PEER_LOST", "PEER_LOST", "CANCELLED");
    }

    @Test
    void moreDataThanWasGrantedBreaksTheStream() {
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        pair.acceptor.run(() -> there.stream.inbound().pause());
        StreamId id = ((BusStream) here.stream).id();

        send(pair.acceptor.frames(), id, new Frame.Data(0, Buffer.buffer("x".repeat(WINDOW))));
        send(pair.acceptor.frames(), id, new Frame.Data(1, Buffer.buffer("x")));
        bothBreak(here, there);
    }

    @Test
    void aFrameThatCannotBeReadBreaksItsStreamAndNoOther() {
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        Recorded other = pair.open();
        Recorded otherThere = pair.accepted();

        send(pair.acceptor.frames(), ((BusStream) here.stream).id(), new Frame.Malformed("garbage"));
        pair.initiator.until(() -> here.saw("failure STREAM_BROKEN"));
        pair.acceptor.until(() -> there.saw("failure STREAM_BROKEN"));

        finish(other, otherThere);
    }

    @Test
    void anOpenThatCannotBeReadFailsAtItsInitiator() {
        pair.bus.all(Frame.Open.class, Fault.DROP);
        Recorded here = pair.open();
        pair.settleInitiator();
        pair.bus.none();

        send(pair.acceptor.frames(), ((BusStream) here.stream).id(), new Frame.Malformed("garbage"));
        pair.initiator.until(() -> here.saw("failure STREAM_BROKEN"));

        pair.assertNothingLeft();
    }

    @Test
    void aFloodOfNotesThatNobodyReadsBreaksTheStream() {
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        pair.acceptor.run(() -> there.stream.inbound().pause());

        pair.initiator.run(() -> {
            here.stream.outbound().write(Buffer.buffer("x"));
            for (int i = 0; i < 1025; i++) {
                here.stream.note("n");
            }
        });
        bothBreak(here, there);
    }

    private void send(String to, StreamId id, Frame frame) {
        String from = to.equals(pair.acceptor.frames()) ? pair.initiator.frames() : pair.acceptor.frames();
        Envelope envelope = new Envelope(from, List.of(new Envelope.Packet(id, frame)));
        pair.vertx.eventBus().send(to, envelope, RemoteEndpoint.options(false));
    }

    private void finish(Recorded here, Recorded there) {
        pair.acceptor.run(() -> there.stream.finish("done"));
        pair.initiator.until(() -> here.saw("finish done"));
        pair.assertNothingLeft();
    }
}
