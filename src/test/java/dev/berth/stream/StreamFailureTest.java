package dev.berth.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Cancel at each stage, handlers that throw, and handlers that call back into the stream. */
final class StreamFailureTest {
    private static final int WINDOW = EndpointPair.WINDOW;
    private static final RunnerException WHY = ErrorCode.CALL_TIMEOUT.exception("too late");

    private final EndpointPair pair = new EndpointPair();

    @AfterEach
    void close() {
        pair.close();
    }

    @Test
    void aCancelRightAfterOpenReachesTheAcceptor() {
        Recorded here = pair.initiator.call(() -> {
            Recorded opened = new Recorded(pair.initiator.endpoint().open(pair.acceptor.frames(), "call", WINDOW));
            opened.stream.cancel(WHY);
            opened.stream.cancel(WHY);
            return opened;
        });
        Recorded there = pair.accepted();
        pair.acceptor.until(() -> there.saw("failure CALL_TIMEOUT"));

        assertThat(here.events).containsExactly("outbound CALL_TIMEOUT", "inbound CALL_TIMEOUT");
        assertThat(there.events)
                .containsExactly("outbound CALL_TIMEOUT", "inbound CALL_TIMEOUT", "failure CALL_TIMEOUT");
        pair.assertNothingLeft();
    }

    @Test
    void theAcceptorMayCancelWhileItAccepts() {
        pair.accept(stream -> stream.cancel(WHY));
        Recorded here = pair.open();
        pair.initiator.until(() -> here.saw("failure CALL_TIMEOUT"));

        assertThat(here.count("failure CALL_TIMEOUT")).isEqualTo(1);
        pair.assertNothingLeft();
    }

    @Test
    void textAndWireCodeOfTheErrorArrive() {
        List<RunnerException> seen = new ArrayList<>();
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        pair.initiator.run(() -> here.stream.failureHandler(seen::add));
        pair.acceptor.run(() -> there.stream.cancel(ErrorCode.FUNCTION_FAILED.exception("status 418", 418)));
        pair.initiator.until(() -> !seen.isEmpty());

        assertThat(seen).singleElement().satisfies(why -> {
            assertThat(why.code()).isEqualTo(ErrorCode.FUNCTION_FAILED);
            assertThat(why.wireCode()).isEqualTo(418);
            assertThat(why).hasMessage("status 418");
        });
        pair.assertNothingLeft();
    }

    @Test
    void aCancelOvertakesWhatIsQueuedOnBothSides() {
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        pair.acceptor.run(() -> there.stream.inbound().pause());
        pair.initiator.run(() -> {
            here.write("sent", Buffer.buffer("x".repeat(WINDOW)));
            here.write("queued", Buffer.buffer("y"));
            here.record("end", here.stream.outbound().end());
            here.stream.cancel(WHY);
        });
        pair.acceptor.until(() -> there.saw("failure CALL_TIMEOUT"));
        pair.acceptor.run(() -> there.stream.inbound().resume());
        pair.settle();

        assertThat(here.events)
                .containsExactly(
                        "sent ok",
                        "queued CALL_TIMEOUT",
                        "end CALL_TIMEOUT",
                        "outbound CALL_TIMEOUT",
                        "drain",
                        "inbound CALL_TIMEOUT");
        assertThat(there.text()).isEmpty();
        pair.assertNothingLeft();
    }

    @Test
    void afterAFailureWritesFailAndFinishFails() {
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        pair.initiator.run(() -> here.stream.cancel(WHY));
        pair.acceptor.until(() -> there.saw("failure CALL_TIMEOUT"));

        pair.acceptor.run(() -> {
            there.write("write", Buffer.buffer("x"));
            there.stream.note("ignored");
            there.record("finish", there.stream.finish("x"));
            there.stream.cancel(ErrorCode.INTERNAL.exception());
        });

        assertThat(there.events).endsWith("failure CALL_TIMEOUT", "write CALL_TIMEOUT", "finish CALL_TIMEOUT");
        pair.assertNothingLeft();
    }

    @Test
    void aCancelStopsAFinishThatStillWaits() {
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        pair.initiator.run(() -> here.stream.inbound().pause());
        pair.acceptor.run(() -> {
            there.write("answer", Buffer.buffer("x".repeat(2 * WINDOW)));
            there.record("finish", there.stream.finish("done"));
        });
        pair.settle();

        pair.initiator.run(() -> here.stream.cancel(WHY));
        pair.acceptor.until(() -> there.saw("failure CALL_TIMEOUT"));

        assertThat(there.events)
                .containsExactly(
                        "answer CALL_TIMEOUT",
                        "finish CALL_TIMEOUT",
                        "outbound CALL_TIMEOUT",
                        "drain",
                        "failure CALL_TIMEOUT");
        assertThat(here.saw("finish done")).isFalse();
        pair.assertNothingLeft();
    }

    @Test
    void theAcceptorMayCancelAFinishThatStillWaits() {
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        pair.initiator.run(() -> here.stream.inbound().pause());

        pair.acceptor.run(() -> {
            there.stream.outbound().write(Buffer.buffer("x".repeat(2 * WINDOW)));
            there.record("finish", there.stream.finish("done"));
            there.stream.cancel(WHY);
        });
        pair.initiator.until(() -> here.saw("failure CALL_TIMEOUT"));

        assertThat(there.saw("finish CALL_TIMEOUT")).isTrue();
        pair.assertNothingLeft();
    }

    @Test
    void aCancelAfterTheFinishHasArrivedEndsOnlyTheReading() {
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        pair.initiator.run(() -> here.stream.inbound().pause());
        pair.acceptor.run(() -> {
            there.stream.outbound().write(Buffer.buffer("x"));
            there.stream.finish("done");
        });
        pair.settle();

        pair.initiator.run(() -> here.stream.cancel(WHY));

        assertThat(here.events).containsExactly("outbound CALL_TIMEOUT", "inbound CALL_TIMEOUT");
        pair.assertNothingLeft();
        assertThat(pair.bus.sent(Frame.Cancel.class)).isEmpty();
    }

    @Test
    void cancelsThatCrossEndTheStreamOnce() {
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        pair.bus.all(Frame.Cancel.class, BusFaults.Fault.HOLD);
        pair.initiator.run(() -> here.stream.cancel(WHY));
        pair.acceptor.run(() -> there.stream.cancel(WHY));

        pair.bus.release();
        pair.assertNothingLeft();

        assertThat(here.saw("failure CALL_TIMEOUT")).isFalse();
        assertThat(there.saw("failure CALL_TIMEOUT")).isFalse();
        assertThat(pair.bus.sent(Frame.Cancel.class)).hasSize(2);
    }

    @Test
    void aPipeWhoseStreamFailsEnds() {
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        List<String> piped = new ArrayList<>();
        pair.acceptor.run(() -> {
            Future<Void> pipe = there.stream.inbound().pipeTo(there.stream.outbound());
            pipe.onComplete(done -> piped.add("pipe " + Recorded.code(done.cause())));
        });

        pair.initiator.run(() -> here.stream.cancel(WHY));
        pair.acceptor.until(() -> !piped.isEmpty());

        assertThat(piped).containsExactly("pipe CALL_TIMEOUT");
        pair.assertNothingLeft();
    }

    @Test
    void aFailureHandlerThatIsSetLateHearsOfTheFailureOnce() {
        List<FrameStream> accepted = new ArrayList<>();
        pair.acceptor.run(() -> pair.acceptor.endpoint().acceptor(accepted::add));
        Recorded here = pair.open();
        pair.initiator.run(() -> here.stream.cancel(WHY));
        pair.acceptor.until(() -> !accepted.isEmpty());
        pair.assertNothingLeft();

        Recorded late = pair.acceptor.call(() -> new Recorded(accepted.get(0)));
        pair.acceptor.run(() -> late.stream.failureHandler(why -> late.events.add("again")));
        pair.settle();

        assertThat(late.signals()).containsExactlyInAnyOrder("inbound CALL_TIMEOUT", "failure CALL_TIMEOUT");
    }

    @Test
    void aHandlerThatThrowsEndsTheStreamAtBothEnds() {
        List<Handler<FrameStream>> throwers = List.of(
                stream -> stream.inbound().handler(bytes -> {
                    throw new IllegalStateException("data");
                }),
                stream -> stream.inbound().endHandler(nothing -> {
                    throw new IllegalStateException("end");
                }),
                stream -> stream.noteHandler(note -> {
                    throw new IllegalStateException("note");
                }));
        for (Handler<FrameStream> thrower : throwers) {
            Recorded here = pair.open();
            Recorded there = pair.accepted();
            pair.acceptor.run(() -> thrower.handle(there.stream));

            pair.initiator.run(() -> {
                here.stream.note("n");
                here.stream.outbound().write(Buffer.buffer("x"));
                here.stream.outbound().end();
            });
            pair.initiator.until(() -> here.saw("failure INTERNAL"));
            pair.acceptor.until(() -> there.saw("failure INTERNAL"));

            assertThat(there.count("failure INTERNAL")).isEqualTo(1);
            pair.assertNothingLeft();
        }
    }

    @Test
    void anAcceptorThatThrowsFailsTheStream() {
        pair.accept(stream -> {
            throw new IllegalStateException("accept");
        });

        Recorded here = pair.open();
        pair.initiator.until(() -> here.saw("failure INTERNAL"));

        pair.assertNothingLeft();
    }

    @Test
    void oneThrowingListenerDoesNotKeepTheFailureFromTheOthers() {
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        pair.acceptor.run(() -> there.stream.inbound().pause());
        pair.initiator.run(() -> {
            here.stream.outbound().exceptionHandler(why -> {
                throw new IllegalStateException("outbound");
            });
            here.stream.outbound().write(Buffer.buffer("x".repeat(WINDOW)));
            here.stream.outbound().write(Buffer.buffer("y")).onFailure(why -> {
                throw new IllegalStateException("write");
            });
            here.write("last", Buffer.buffer("z"));
        });

        pair.acceptor.run(() -> there.stream.cancel(WHY));
        pair.initiator.until(() -> here.saw("failure CALL_TIMEOUT"));

        assertThat(here.events).contains("last CALL_TIMEOUT", "inbound CALL_TIMEOUT", "drain");
        pair.assertNothingLeft();
    }

    @Test
    void handlersMayCallEveryMethodOfTheirStream() {
        // Given an acceptor that answers, halts and finishes from inside its handlers
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        pair.acceptor.run(() -> {
            there.stream.inbound().handler(bytes -> {
                there.stream.inbound().pause();
                there.stream.outbound().write(bytes);
                there.stream.inbound().resume();
                there.stream.inbound().pause();
                there.stream.inbound().fetch(1);
            });
            there.stream.inbound().endHandler(nothing -> {
                there.stream.note("all");
                there.stream.finish("done");
            });
        });
        // and an initiator that writes the next piece from inside its data handler
        StringBuilder echoed = new StringBuilder();
        pair.initiator.run(() -> here.stream.inbound().handler(bytes -> {
            echoed.append(bytes);
            if (echoed.length() < 50) {
                here.stream.outbound().write(Buffer.buffer(Integer.toString(echoed.length() % 10)));
            } else {
                here.stream.outbound().end();
            }
        }));

        // When
        pair.initiator.run(() -> here.stream.outbound().write(Buffer.buffer("0")));
        pair.initiator.until(() -> here.saw("finish done"));

        // Then
        assertThat(echoed.toString()).isEqualTo("0123456789".repeat(5));
        assertThat(here.events).containsExactly("note all", "end", "finish done");
        pair.assertNothingLeft();
    }

    @Test
    void aDataHandlerThatCancelsGetsNothingMore() {
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        pair.acceptor.run(() -> {
            there.stream.inbound().pause();
            there.stream.inbound().handler(bytes -> {
                there.events.add("data " + bytes.length());
                there.stream.cancel(WHY);
            });
        });
        pair.initiator.run(() -> {
            here.stream.outbound().write(Buffer.buffer("x".repeat(5000)));
            here.stream.outbound().write(Buffer.buffer("x".repeat(6000)));
            here.stream.note("n");
            here.stream.outbound().end();
        });
        pair.settle();

        pair.acceptor.run(() -> there.stream.inbound().resume());
        pair.initiator.until(() -> here.saw("failure CALL_TIMEOUT"));
        pair.settle();

        assertThat(there.events).containsExactly("data 5000", "outbound CALL_TIMEOUT", "inbound CALL_TIMEOUT");
        pair.assertNothingLeft();
    }

    @Test
    void aDataHandlerThatFinishesGetsNothingMore() {
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        pair.acceptor.run(() -> {
            there.stream.inbound().pause();
            there.stream.inbound().handler(bytes -> {
                there.events.add("data " + bytes.length());
                there.stream.finish("early");
            });
        });
        pair.initiator.run(() -> {
            here.stream.outbound().write(Buffer.buffer("x".repeat(5000)));
            here.stream.outbound().write(Buffer.buffer("x".repeat(6000)));
            here.stream.outbound().end();
        });
        pair.settle();

        pair.acceptor.run(() -> there.stream.inbound().resume());
        pair.initiator.until(() -> here.saw("finish early"));

        assertThat(there.events).containsExactly("data 5000");
        pair.assertNothingLeft();
    }

    @Test
    void aWriteListenerMayCancelInTheMiddleOfAGrant() {
        Recorded here = pair.open();
        Recorded there = pair.accepted();
        pair.acceptor.run(() -> there.stream.inbound().pause());
        pair.initiator.run(() -> {
            here.stream.outbound().write(Buffer.buffer("x".repeat(WINDOW)));
            here.stream.outbound().write(Buffer.buffer("y")).onSuccess(nothing -> here.stream.cancel(WHY));
            here.write("last", Buffer.buffer("z"));
        });

        pair.acceptor.run(() -> there.stream.inbound().resume());
        pair.acceptor.until(() -> there.saw("failure CALL_TIMEOUT"));

        assertThat(here.events)
                .containsExactly("last CALL_TIMEOUT", "outbound CALL_TIMEOUT", "drain", "inbound CALL_TIMEOUT");
        pair.assertNothingLeft();
    }
}
