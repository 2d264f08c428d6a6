package dev.berth.ingress;

import static dev.berth.ingress.TracesRig.OTLP;
import static dev.berth.ingress.TracesRig.ZIPKIN;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.berth.bus.RegistryMessage.AcquireSlot;
import dev.berth.conformance.Rule;
import dev.berth.error.ErrorCode;
import dev.berth.trace.TraceCollector.Seen;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** What is traced of calls that fail, and what becomes of calls whose collector fails. */
final class FailedTracesTest {
    /** In calls of four spans. */
    private static final int MORE_THAN_THE_QUEUE = 1100;

    private final TracesRig traces = new TracesRig();

    @AfterEach
    void stop() {
        traces.close();
    }

    @AfterAll
    static void noThreadIsLeft() throws InterruptedException {
        TracesRig.assertNoThreadIsLeft();
    }

    @ParameterizedTest
    @ValueSource(strings = {OTLP, ZIPKIN})
    @Rule("trace-failed")
    void failureIsInTheSpansItEnds(String path) {
        traces.start(path);
        traces.ingress.worker.script = FakeWorker.fail(ErrorCode.CALL_TIMEOUT);

        assertThat(traces.call("fn_request_id", "rid-8").finished().getErrorCode())
                .isEqualTo(504);

        for (String name : List.of("RunnerProtocol.Engage", "agent_submit", "agent_hot_exec")) {
            assertThat(traces.span(name).tags())
                    .containsEntry("error", "Timed out")
                    .containsEntry("error.type", "CALL_TIMEOUT")
                    .containsEntry("fn.error_code", "504")
                    .doesNotContainKey("fn.refused");
        }
        assertThat(traces.span("agent_get_slot").tags()).doesNotContainKey("error");
    }

    @Test
    @Rule("trace-failed")
    void callThatCannotBeReadFailsTheFirstSpanAlone() {
        traces.start(OTLP);

        traces.engage().tryCall("{").result();

        assertThat(traces.spans()).hasSize(1);
        assertThat(traces.span("RunnerProtocol.Engage").tags()).containsEntry("error.type", "INVALID_JSON");
    }

    @Test
    @Rule("trace-refused")
    void refusalIsMarked() {
        traces.start(OTLP);
        traces.ingress.registry.onAcquire = acquire -> traces.ingress.registry.refuse(acquire, ErrorCode.SERVER_BUSY);

        traces.call();

        assertThat(traces.spans())
                .extracting(Seen::name)
                .containsExactlyInAnyOrder("RunnerProtocol.Engage", "agent_submit", "agent_get_slot");
        assertThat(traces.collector.spans)
                .allSatisfy(span -> assertThat(span.tags())
                        .containsEntry("fn.refused", "true")
                        .containsEntry("fn.error_code", "503"));
    }

    @Test
    @Rule("trace-lost-slot")
    void callThatLosesItsSlotWaitsAndRunsAgain() {
        traces.start(OTLP);
        traces.ingress.worker.script = stream -> {
            traces.ingress.worker.script = FakeWorker::echo;
            FakeWorker.fail(ErrorCode.SLOT_GONE).accept(stream);
        };

        assertThat(traces.call().finished().getSuccess()).isTrue();

        assertThat(traces.spans()).hasSize(6).noneMatch(span -> span.tags().containsKey("error"));
        assertThat(traces.collector.spans.stream()
                        .filter(span -> span.name().equals("agent_hot_exec"))
                        .map(span -> span.tags().containsKey("fn.slot_lost")))
                .containsExactlyInAnyOrder(true, false);
    }

    @Test
    @Rule("trace-cancelled")
    void clientThatGoesAwayEndsTheSpans() {
        traces.start(OTLP);
        traces.ingress.registry.onAcquire = acquire -> {};

        EngageCall call = traces.engage().tryCall(IngressRig.MODEL);
        traces.ingress.registry.next(AcquireSlot.class);
        call.cancel();

        assertThat(traces.spans())
                .hasSize(3)
                .allSatisfy(span -> assertThat(span.tags()).containsEntry("error.type", "CANCELLED"));
    }

    @Test
    @Rule("trace-aborted")
    void brokenProtocolEndsTheSpansWithItsStatus() {
        traces.start(OTLP);

        EngageCall call = traces.engage().tryCall(IngressRig.MODEL);
        traces.ingress.registry.next(AcquireSlot.class);
        call.tryCall(IngressRig.MODEL).result();

        assertThat(traces.span("RunnerProtocol.Engage").tags())
                .containsEntry("rpc.grpc.status_code", "2")
                .containsEntry("error", "Protocol failure: expected ClientMsg_Data");
        assertThat(traces.span("agent_submit").tags()).containsKey("error");
    }

    @ParameterizedTest
    @ValueSource(strings = {OTLP, ZIPKIN})
    @Rule("trace-collector-down")
    void collectorThatIsNotThereCostsSpansAndOneLineButNoCall(String path) {
        Logger logger = (Logger) LoggerFactory.getLogger("dev.berth.trace.WatchedExporter");
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        logger.addAppender(lines);
        try {
            traces.start(path);
            traces.collector.status = 500;
            assertThat(traces.call().finished().getSuccess()).isTrue();
            Await.next(traces.collector.deliveries);
            traces.collector.close();

            assertThat(traces.call().finished().getSuccess()).isTrue();

            assertThat(traces.spans()).isEmpty();
            assertThat(lines.list)
                    .extracting(ILoggingEvent::getFormattedMessage)
                    .containsExactly("traces are lost: the collector does not take them");
            assertThat(lines.list.get(0).getKeyValuePairs().toString()).contains("500");
        } finally {
            logger.detachAppender(lines);
        }
    }

    @Test
    @Rule("trace-delivery")
    void callsDoNotWaitForACollectorThatDoesNotAnswer() {
        traces.start(OTLP);
        traces.collector.status = 0;
        traces.call();
        Await.next(traces.collector.deliveries);

        for (int i = 0; i < MORE_THAN_THE_QUEUE; i++) {
            assertThat(traces.call().finished().getSuccess()).isTrue();
        }

        traces.ingress.assertNothingLeft();
        // Lets go of the delivery, so that the end need not wait for its limit.
        traces.collector.close();
    }
}
