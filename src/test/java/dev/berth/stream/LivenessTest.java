package dev.berth.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.error.ErrorCode;
import dev.berth.stream.BusFaults.Fault;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Peers that go away, loudly or silently. */
final class LivenessTest {
    private EndpointPair pair = new EndpointPair(EndpointPair.config(Duration.ofMillis(20), Duration.ofSeconds(10)));

    @AfterEach
    void close() {
        pair.close();
    }

    @Test
    void closingAnEndpointFailsItsStreamsAtBothEndsAtOnce() {
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        pair.bus.all(Frame.Ping.class, Fault.DROP);

        pair.acceptor.run(() -> pair.acceptor.endpoint().close());
        pair.initiator.until(() -> here.saw("failure PEER_LOST"));

        assertThat(there.saw("failure PEER_LOST")).isTrue();
        pair.assertNothingLeft();
    }

    @Test
    void aClosedEndpointOpensNothing() {
        pair.initiator.run(() -> pair.initiator.endpoint().close());
        pair.initiator.run(() -> pair.initiator.endpoint().close());

        Recorded here = pair.open();
        pair.initiator.until(() -> here.saw("failure PEER_LOST"));

        assertThat(pair.bus.sent(Frame.Open.class)).isEmpty();
        pair.assertNothingLeft();
    }

    @Test
    void anAddressWithoutConsumerFailsTheStreamAtOnce() {
        Recorded here = pair.initiator.call(
                () -> new Recorded(pair.initiator.endpoint().open("berth.test.worker.9.frames", "call", 10)));

        pair.initiator.until(() -> here.saw("failure UNDELIVERED"));

        assertThat(pair.bus.sent(Frame.Ping.class)).isEmpty();
        pair.assertNothingLeft();
    }

    @Test
    void framesThatReachNobodyDoNotHarmStreamsOpenedLater() {
        EndpointPair.await(pair.vertx.undeploy(pair.acceptor.deploymentId()));
        Recorded[] second = new Recorded[1];

        Recorded first = pair.initiator.call(() -> {
            Recorded opened = new Recorded(pair.initiator.endpoint().open(pair.acceptor.frames(), "call", 10));
            opened.stream.outbound().write(Buffer.buffer("x"));
            opened.stream.outbound().end();
            opened.stream.failureHandler(why -> {
                pair.vertx.eventBus().consumer(pair.acceptor.frames(), message -> {});
                second[0] = new Recorded(pair.initiator.endpoint().open(pair.acceptor.frames(), "call", 10));
            });
            return opened;
        });
        pair.initiator.until(() -> second[0] != null);
        pair.settleInitiator();

        assertThat(first.saw("inbound UNDELIVERED")).isTrue();
        assertThat(second[0].events).isEmpty();
    }

    @Test
    void aFrameTheBusRefusesEndsItsStreamAlone() {
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        Recorded other = pair.open();
        pair.accepted();

        pair.initiator.run(() -> {
            pair.vertx.eventBus().unregisterCodec(FrameCodec.NAME);
            here.stream.note("n");
            // After the turn's end, which is when it is sent, and before what comes of that.
            Vertx.currentContext().runOnContext(nothing -> FrameCodec.register(pair.vertx));
        });
        pair.initiator.until(() -> here.saw("failure INTERNAL"));
        pair.acceptor.until(() -> there.saw("failure INTERNAL"));

        assertThat(other.events).isEmpty();
        pair.initiator.run(() -> other.stream.cancel(ErrorCode.CANCELLED.exception()));
        pair.assertNothingLeft();
    }

    @Test
    void anEndpointWithoutAcceptorRefuses() {
        pair.acceptor.run(() -> pair.acceptor.endpoint().acceptor(null));

        Recorded here = pair.open();
        pair.initiator.until(() -> here.saw("failure UNDELIVERED"));

        pair.assertNothingLeft();
    }

    @Test
    void aVerticleThatIsUndeployedWithoutClosingIsNoticedByTheNextPing() {
        Recorded here = pair.open();
        pair.accepted();

        EndpointPair.await(pair.vertx.undeploy(pair.acceptor.deploymentId()));
        pair.initiator.until(() -> here.saw("failure PEER_LOST"));

        assertThat(pair.initiator.active()).isZero();
    }

    @Test
    void aSilentPeerLosesAllItsStreams() {
        withShortTimeout();
        Recorded first = pair.open();
        Recorded second = pair.open();
        Recorded there = pair.accepted();
        pair.bus.rule(envelope -> envelope.from().equals(pair.acceptor.frames()) ? Fault.DROP : Fault.PASS);
        long start = System.nanoTime();

        pair.initiator.until(() -> first.saw("failure PEER_LOST") && second.saw("failure PEER_LOST"));

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(150));
        assertThat(first.count("failure PEER_LOST")).isEqualTo(1);
        pair.acceptor.until(() -> there.saw("failure PEER_LOST"));
        pair.assertNothingLeft();
    }

    @Test
    void theAcceptorNoticesASilentInitiator() {
        withShortTimeout();
        pair.open();
        Recorded there = pair.accepted();
        pair.bus.rule(envelope -> envelope.from().equals(pair.initiator.frames()) ? Fault.DROP : Fault.PASS);

        pair.acceptor.until(() -> there.saw("failure PEER_LOST"));
        pair.initiator.until(() -> pair.initiator.endpoint().active() == 0);

        pair.assertNothingLeft();
    }

    @Test
    void aPeerThatAnswersIsKeptHoweverLongNothingElseHappens() {
        pair.close();
        pair = new EndpointPair(EndpointPair.config(Duration.ofMillis(50), Duration.ofSeconds(1)));
        Recorded here = pair.open();
        Recorded there = pair.accepted();

        pair.initiator.until(() -> pair.bus.sent(Frame.Pong.class).size() > 60);

        assertThat(here.events).isEmpty();
        assertThat(there.events).isEmpty();
    }

    @Test
    void aLostNodeLosesItsStreamsAndNoOther() {
        pair.close();
        pair = new EndpointPair(
                EndpointPair.config(Duration.ofMillis(20), Duration.ofMillis(100)), "berth.other.worker.0");
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        pair.initiator.run(() -> pair.initiator.endpoint().peerLost("third"));
        pair.bus.rule(sent ->
                sent.frame() instanceof Frame.Ping || sent.frame() instanceof Frame.Pong ? Fault.DROP : Fault.PASS);
        pair.initiator.until(() -> pair.bus.sent(Frame.Ping.class).size() > 20);
        assertThat(here.events).as("silence says nothing of another node").isEmpty();

        pair.initiator.run(() -> pair.initiator.endpoint().peerLost("other"));
        assertThat(here.count("failure PEER_LOST")).isEqualTo(1);
        pair.acceptor.until(() -> there.saw("failure PEER_LOST"));
        pair.assertNothingLeft();
    }

    @Test
    void pingsStopWhenNoStreamIsLeft() {
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        pair.initiator.until(() -> pair.bus.sent(Frame.Ping.class).size() > 2);

        pair.acceptor.run(() -> there.stream.finish("done"));
        pair.initiator.until(() -> here.saw("finish done"));
        pair.initiator.until(() -> !pair.initiator.endpoint().pinging());
        pair.acceptor.until(() -> !pair.acceptor.endpoint().pinging());

        pair.assertNothingLeft();
    }

    @Test
    void aNewStreamAfterAPauseStartsThePingsAgain() {
        pingsStopWhenNoStreamIsLeft();
        int before = pair.bus.sent(Frame.Ping.class).size();

        Recorded here = pair.open();
        pair.initiator.until(() -> pair.bus.sent(Frame.Ping.class).size() > before);

        pair.initiator.run(() -> here.stream.cancel(ErrorCode.CANCELLED.exception()));
        pair.assertNothingLeft();
    }

    @Test
    void anotherThreadIsTurnedAway() {
        Recorded here = pair.open();

        assertThatThrownBy(() -> here.stream.outbound().write(Buffer.buffer("x")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(pair.initiator.frames());
        assertThatThrownBy(() -> here.stream.cancel(ErrorCode.CANCELLED.exception()))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> pair.initiator.endpoint().open("x", "call", 1))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void anEndpointDoesNotOpenStreamsToItself() {
        pair.initiator.run(() -> assertThatThrownBy(
                        () -> pair.initiator.endpoint().open(pair.initiator.frames(), "call", 1))
                .isInstanceOf(IllegalArgumentException.class));
    }

    private void withShortTimeout() {
        pair.close();
        pair = new EndpointPair(EndpointPair.config(Duration.ofMillis(20), Duration.ofMillis(200)));
    }
}
