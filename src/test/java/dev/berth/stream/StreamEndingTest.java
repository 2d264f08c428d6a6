package dev.berth.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.error.ErrorCode;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Notes, half-close and finish: their order, and what they do to what is queued. */
final class StreamEndingTest {
    private static final int WINDOW = EndpointPair.WINDOW;

    private final EndpointPair pair = new EndpointPair();

    @AfterEach
    void close() {
        pair.close();
    }

    @Test
    void everythingArrivesInTheOrderSent() {
        Recorded here = pair.open();
        Recorded there = pair.accepted();

        pair.initiator.run(() -> {
            here.stream.note(1);
            here.stream.outbound().write(Buffer.buffer("a"));
            here.stream.note(2);
            here.stream.note(3);
            here.stream.outbound().write(Buffer.buffer("b"));
            here.record("ended", here.stream.outbound().end());
        });
        pair.acceptor.until(() -> there.saw("end"));
        pair.acceptor.run(() -> {
            there.stream.outbound().write(Buffer.buffer("c"));
            there.stream.note(4);
            there.record("finished", there.stream.finish(5));
        });
        pair.initiator.until(() -> here.saw("finish 5"));

        assertThat(there.events)
                .containsExactly("note 1", "data a", "note 2", "note 3", "data b", "end", "finished ok");
        assertThat(here.events).containsExactly("ended ok", "data c", "note 4", "end", "finish 5");
        pair.assertNothingLeft();
    }

    @Test
    void theOrderHoldsWhenWritesWaitForCredit() {
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        pair.acceptor.run(() -> there.stream.inbound().pause());

        pair.initiator.run(() -> {
            here.write("a", Buffer.buffer("a".repeat(WINDOW + 1)));
            here.stream.note("between");
            here.write("b", Buffer.buffer("b"));
            here.record("ended", here.stream.outbound().end());
        });
        pair.settle();
        assertThat(there.events).isEmpty();
        pair.acceptor.run(() -> there.stream.inbound().resume());
        pair.acceptor.until(() -> there.saw("end"));

        assertThat(there.signals()).containsExactly("note between", "end");
        assertThat(there.text()).isEqualTo("a".repeat(WINDOW + 1) + "b");
        assertThat(here.events).containsExactly("a ok", "b ok", "ended ok");
        finish(here, there);
    }

    @Test
    void notesAndEndsAtTheHeadReachAPausedReader() {
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        pair.acceptor.run(() -> there.stream.inbound().pause());
        pair.initiator.run(() -> here.stream.inbound().pause());

        pair.initiator.run(() -> {
            here.stream.note("n");
            here.stream.outbound().end();
        });
        pair.acceptor.until(() -> there.saw("end"));
        pair.acceptor.run(() -> {
            there.stream.note("m");
            there.stream.finish("f");
        });
        pair.initiator.until(() -> here.saw("finish f"));

        assertThat(there.events).containsExactly("note n", "end");
        assertThat(here.events).containsExactly("note m", "end", "finish f");
        pair.assertNothingLeft();
    }

    @Test
    void aNoteBehindDataWaitsForTheReader() {
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        pair.acceptor.run(() -> there.stream.inbound().pause());

        pair.initiator.run(() -> {
            here.stream.outbound().write(Buffer.buffer("x"));
            here.stream.note("n");
        });
        pair.settle();
        assertThat(there.events).isEmpty();
        pair.acceptor.run(() -> there.stream.inbound().fetch(1));
        pair.acceptor.until(() -> there.saw("note n"));

        assertThat(there.events).containsExactly("data x", "note n");
        finish(here, there);
    }

    @Test
    void halfCloseLeavesTheOtherDirectionOpen() {
        Recorded here = pair.open();
        Recorded there = pair.accepted();

        pair.acceptor.run(() -> there.stream.outbound().end());
        pair.initiator.until(() -> here.saw("end"));
        pair.initiator.run(() -> here.stream.outbound().write(Buffer.buffer("still")));
        pair.acceptor.until(() -> there.saw("data still"));
        assertThat(pair.initiator.active()).isEqualTo(1);

        finish(here, there);
        assertThat(here.events).containsExactly("end", "finish done");
    }

    @Test
    void nothingCanFollowAHalfClose() {
        Recorded here = pair.open();
        Recorded there = pair.accepted();

        pair.initiator.run(() -> {
            here.stream.outbound().end();
            here.write("write", Buffer.buffer("x"));
            here.record("end", here.stream.outbound().end());
            assertThatThrownBy(() -> here.stream.note("n")).isInstanceOf(IllegalStateException.class);
        });

        assertThat(here.events).hasSize(2).allMatch(event -> event.contains("IllegalStateException"));
        finish(here, there);
    }

    @Test
    void onlyTheAcceptorMayFinishAndOnlyOnce() {
        Recorded here = pair.open();
        Recorded there = pair.accepted();

        pair.initiator.run(
                () -> assertThatThrownBy(() -> here.stream.finish("x")).isInstanceOf(IllegalStateException.class));
        pair.acceptor.run(() -> {
            there.stream.finish("first");
            there.record("second", there.stream.finish("second"));
        });
        pair.initiator.until(() -> here.saw("finish first"));

        assertThat(there.events).singleElement().asString().contains("IllegalStateException");
        assertThat(here.count("finish first")).isEqualTo(1);
        pair.assertNothingLeft();
    }

    @Test
    void finishDropsWhatTheInitiatorHasQueuedAndItsWritesSucceed() {
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        pair.acceptor.run(() -> there.stream.inbound().pause());
        pair.initiator.run(() -> {
            here.write("sent", Buffer.buffer("x".repeat(WINDOW)));
            here.write("queued", Buffer.buffer("y".repeat(WINDOW)));
        });
        pair.settle();

        pair.acceptor.run(() -> there.stream.finish("enough"));
        pair.initiator.until(() -> here.saw("finish enough"));
        pair.initiator.run(() -> {
            here.write("late", Buffer.buffer("z"));
            here.stream.note("late");
            here.record("end", here.stream.outbound().end());
            here.events.add("full " + here.stream.outbound().writeQueueFull());
        });

        assertThat(here.events)
                .containsExactly(
                        "sent ok", "queued ok", "drain", "end", "finish enough", "late ok", "end ok", "full false");
        assertThat(there.events).isEmpty();
        pair.assertNothingLeft();
    }

    @Test
    void aWriterThatAFinishWakesMayCancel() {
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        pair.acceptor.run(() -> there.stream.inbound().pause());
        pair.initiator.run(() -> {
            here.stream.outbound().write(Buffer.buffer("x".repeat(WINDOW)));
            here.stream.outbound().write(Buffer.buffer("y")).onSuccess(nothing -> {
                here.events.add("cancel");
                here.stream.cancel(ErrorCode.CANCELLED.exception());
            });
        });

        pair.acceptor.run(() -> there.stream.finish("enough"));
        pair.initiator.until(() -> here.saw("cancel"));

        assertThat(here.events).containsExactly("cancel", "outbound CANCELLED", "drain", "inbound CANCELLED");
        pair.assertNothingLeft();
    }

    @Test
    void finishWaitsForTheAnswerBeforeIt() {
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        pair.initiator.run(() -> here.stream.inbound().pause());

        pair.acceptor.run(() -> {
            there.write("answer", Buffer.buffer("x".repeat(2 * WINDOW)));
            there.record("finished", there.stream.finish("done"));
        });
        pair.settle();
        assertThat(there.events).isEmpty();
        assertThat(pair.acceptor.active()).isEqualTo(1);
        pair.initiator.run(() -> here.stream.inbound().resume());
        pair.initiator.until(() -> here.saw("finish done"));

        assertThat(here.text()).hasSize(2 * WINDOW);
        assertThat(there.events).startsWith("answer ok", "finished ok");
        pair.assertNothingLeft();
    }

    @Test
    void afterItsFinishTheAcceptorHearsNoMoreOfTheRequest() {
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        pair.initiator.run(() -> here.stream.inbound().pause());
        pair.acceptor.run(() -> {
            there.stream.outbound().write(Buffer.buffer("x".repeat(2 * WINDOW)));
            there.stream.finish("done");
        });

        pair.initiator.run(() -> {
            here.stream.outbound().write(Buffer.buffer("late"));
            here.stream.note("late");
            here.stream.outbound().end();
        });
        pair.settle();
        pair.initiator.run(() -> here.stream.inbound().resume());
        pair.initiator.until(() -> here.saw("finish done"));

        assertThat(there.events).isEmpty();
        assertThat(here.text()).hasSize(2 * WINDOW);
        pair.assertNothingLeft();
    }

    @Test
    void requestDataThatCrossesTheFinishDoesNoHarm() {
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        // The whole answer is at the initiator, which does not read it yet and goes on writing.
        pair.initiator.run(() -> here.stream.inbound().pause());
        pair.bus.all(Frame.Data.class, BusFaults.Fault.HOLD);
        pair.initiator.run(() -> here.stream.outbound().write(Buffer.buffer("crossing")));
        pair.bus.none();

        pair.acceptor.run(() -> {
            there.stream.outbound().write(Buffer.buffer("answer"));
            there.stream.finish("done");
        });
        pair.settle();
        pair.bus.release();
        pair.acceptor.until(() -> pair.acceptor.endpoint().unknownFrames() == 1);
        pair.settle();
        pair.initiator.run(() -> here.stream.inbound().resume());
        pair.initiator.until(() -> here.saw("finish done"));

        assertThat(here.events).containsExactly("data answer", "end", "finish done");
        pair.assertNothingLeft();
    }

    @Test
    void aHandlerThatIsSetLateHearsOfTheEnd() {
        List<FrameStream> accepted = new ArrayList<>();
        pair.acceptor.run(() -> pair.acceptor.endpoint().acceptor(accepted::add));
        FrameStream here = pair.initiator.call(() -> {
            FrameStream stream = pair.initiator.endpoint().open(pair.acceptor.frames(), "call", WINDOW);
            stream.outbound().end();
            return stream;
        });
        pair.acceptor.until(() -> !accepted.isEmpty());
        pair.settle();

        Recorded there = pair.acceptor.call(() -> new Recorded(accepted.get(0)));
        pair.acceptor.until(() -> there.saw("end"));
        pair.acceptor.run(() -> there.stream.finish("done"));
        pair.settle();
        Recorded late = pair.initiator.call(() -> new Recorded(here));
        pair.initiator.until(() -> late.saw("finish done"));

        assertThat(late.events).containsExactly("end", "finish done");
        pair.assertNothingLeft();
    }

    @Test
    void aStreamWhoseFinishHasArrivedNoLongerNeedsItsPeer() {
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        pair.initiator.run(() -> here.stream.inbound().pause());
        pair.acceptor.run(() -> {
            there.stream.outbound().write(Buffer.buffer("answer"));
            there.stream.finish("done");
        });
        pair.settle();

        EndpointPair.await(pair.vertx.undeploy(pair.acceptor.deploymentId()));
        pair.initiator.run(() -> here.stream.inbound().resume());
        pair.initiator.until(() -> here.saw("finish done"));

        assertThat(here.events).containsExactly("data answer", "end", "finish done");
        assertThat(pair.initiator.active()).isZero();
    }

    private void finish(Recorded here, Recorded there) {
        pair.acceptor.run(() -> there.stream.finish("done"));
        pair.initiator.until(() -> here.saw("finish done"));
        pair.assertNothingLeft();
    }
}
