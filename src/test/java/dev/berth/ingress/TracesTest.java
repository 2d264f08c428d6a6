package dev.berth.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.berth.bus.CallEnd;
import dev.berth.bus.IngressMessage.SlotRefused;
import dev.berth.bus.RegistryMessage.AcquireSlot;
import dev.berth.call.CallRequest;
import dev.berth.call.ContainerTimings;
import dev.berth.config.TracingConfig;
import dev.berth.conformance.Rule;
import dev.berth.error.ErrorCode;
import dev.berth.trace.TraceCollector;
import dev.berth.trace.TraceCollector.Seen;
import dev.berth.trace.Tracing;
import dev.berth.why.ColdCause;
import dev.berth.why.ContainerFate;
import dev.berth.why.RunFacts;
import dev.berth.why.SlotFacts;
import dev.berth.why.Truth;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import java.net.URI;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** The traces of Engage streams, from a real connection to a real collector. */
final class TracesTest {
    private static final String TRACE = "000102030405060708090a0b0c0d0e0f";
    private static final String SPAN = "f0f1f2f3f4f5f6f7";
    /** In calls of four spans. */
    private static final int MORE_THAN_THE_QUEUE = 1100;

    private static final String OTLP = "/v1/traces";
    private static final String ZIPKIN = "/api/v2/spans";

    private final Vertx vertx = Vertx.vertx();
    private final TraceCollector collector = new TraceCollector(vertx);
    private Tracing tracing;
    private IngressRig rig;

    @AfterEach
    void stop() {
        rig.close();
        tracing.close();
        collector.close();
        Await.of(vertx.close());
    }

    @AfterAll
    static void noThreadIsLeft() throws InterruptedException {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("BatchSpanProcessor")) {
                thread.join(TimeUnit.SECONDS.toMillis(Await.LIMIT_SECONDS));
                assertThat(thread.isAlive()).as(thread.getName()).isFalse();
            }
        }
    }

    private void start(String path) {
        start(path, 1);
    }

    private void start(String path, double sample) {
        URI url = URI.create(collector.url() + path);
        tracing = Tracing.start(
                path.equals(OTLP)
                        ? new TracingConfig(url, null, sample, "fnserver")
                        : new TracingConfig(null, url, sample, "fnserver"),
                "node-1",
                "0");
        rig = new IngressRig(tracing);
    }

    private EngageCall engage(String... metadata) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        for (int i = 0; i < metadata.length; i += 2) {
            headers.add(metadata[i], metadata[i + 1]);
        }
        return rig.client.engage(headers);
    }

    private EngageCall.Result call(String... metadata) {
        return engage(metadata)
                .tryCall(IngressRig.MODEL)
                .data("x", true)
                .halfClose()
                .result();
    }

    private static String openCensus(String flags) {
        return Base64.getEncoder().encodeToString(HexFormat.of().parseHex("0000" + TRACE + "01" + SPAN + "02" + flags));
    }

    /** All that was sent, once nothing waits any more. */
    private List<Seen> spans() {
        rig.assertNothingLeft();
        tracing.close();
        return collector.spans;
    }

    private Seen span(String name) {
        List<Seen> named =
                spans().stream().filter(span -> span.name().equals(name)).toList();
        assertThat(named).as(name).hasSize(1);
        return named.get(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {OTLP, ZIPKIN})
    @Rule("trace-spans")
    @Rule("trace-attributes")
    void callHasFnsSpansWithinTheCallersTrace(String path) {
        start(path);

        assertThat(call("grpc-trace-bin", openCensus("01"), "fn_request_id", "rid-7")
                        .finished()
                        .getSuccess())
                .isTrue();

        Seen engage = span("RunnerProtocol.Engage");
        Seen submit = span("agent_submit");
        Seen slot = span("agent_get_slot");
        Seen exec = span("agent_hot_exec");
        assertThat(collector.spans).hasSize(4).allSatisfy(span -> {
            assertThat(span.trace()).isEqualTo(TRACE);
            assertThat(span.service()).isEqualTo("fnserver");
            assertThat(span.server()).isEqualTo(span == engage);
            assertThat(span.tags()).doesNotContainKeys("error", "fn.refused");
        });
        assertThat(engage.parent()).isEqualTo(SPAN);
        assertThat(submit.parent()).isEqualTo(engage.id());
        assertThat(slot.parent()).isEqualTo(submit.id());
        assertThat(exec.parent()).isEqualTo(submit.id());
        assertThat(slot.endMicros()).isLessThanOrEqualTo(exec.startMicros() + 1);
        assertThat(exec.endMicros()).isGreaterThan(exec.startMicros());
        Map<String, String> description = Map.of(
                "fn.call_id", "call-1", "fn.app_id", "app", "fn.fn_id", "fn", "image", "img:1", "fn.rid", "rid-7");
        assertThat(submit.tags()).isEqualTo(description);
        assertThat(engage.tags()).isEqualTo(description);
        assertThat(slot.tags()).isEmpty();
        assertThat(exec.tags()).isEmpty();
    }

    @Test
    @Rule("trace-function")
    void functionHearsNothingOfTheTrace() {
        start(OTLP);

        call("grpc-trace-bin", openCensus("01"), "traceparent", "00-" + TRACE + "-" + SPAN + "-01");

        CallRequest request = Await.next(rig.worker.calls);
        assertThat(request.headers()).noneMatch(header -> header.name().matches("(?i).*trace.*"));
    }

    @Test
    @Rule("trace-caller-sampled")
    void callersTraceThatIsNotSampledIsNotKeptWhereNotAllAre() {
        start(OTLP, 0.999_999);

        call("grpc-trace-bin", openCensus("00"));

        assertThat(spans()).isEmpty();
    }

    @Test
    @Rule("trace-caller-sampled")
    void allMeansThoseThatTheCallerDoesNotSample() {
        start(OTLP);

        call("grpc-trace-bin", openCensus("00"));

        assertThat(spans()).hasSize(4).allMatch(span -> span.trace().equals(TRACE));
    }

    @Test
    @Rule("trace-sample")
    void shareOfTheTracesThatBeginHereIsKept() {
        start(OTLP, 0);

        call();
        call("grpc-trace-bin", openCensus("01"));

        assertThat(spans()).hasSize(4).allMatch(span -> span.trace().equals(TRACE));
    }

    @Test
    void callsWithoutACallersTraceBeginOneEach() {
        start(OTLP);

        call();
        call("grpc-trace-bin", "nonsense");

        assertThat(spans().stream().map(Seen::trace).distinct()).hasSize(2);
        assertThat(collector.spans.stream().filter(Seen::server))
                .allMatch(span -> span.parent().isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {OTLP, ZIPKIN})
    @Rule("trace-failed")
    void failureIsInTheSpansItEnds(String path) {
        start(path);
        rig.worker.script = FakeWorker.fail(ErrorCode.CALL_TIMEOUT);

        assertThat(call("fn_request_id", "rid-8").finished().getErrorCode()).isEqualTo(504);

        for (String name : List.of("RunnerProtocol.Engage", "agent_submit", "agent_hot_exec")) {
            assertThat(span(name).tags())
                    .containsEntry("error", "Timed out")
                    .containsEntry("error.type", "CALL_TIMEOUT")
                    .containsEntry("fn.error_code", "504")
                    .doesNotContainKey("fn.refused");
        }
        assertThat(span("agent_get_slot").tags()).doesNotContainKey("error");
    }

    @Test
    @Rule("trace-failed")
    void callThatCannotBeReadFailsTheFirstSpanAlone() {
        start(OTLP);

        engage().tryCall("{").result();

        assertThat(spans()).hasSize(1);
        assertThat(span("RunnerProtocol.Engage").tags()).containsEntry("error.type", "INVALID_JSON");
    }

    @Test
    @Rule("trace-refused")
    void refusalIsMarked() {
        start(OTLP);
        rig.registry.onAcquire = acquire -> rig.registry.refuse(acquire, ErrorCode.SERVER_BUSY);

        call();

        assertThat(spans())
                .extracting(Seen::name)
                .containsExactlyInAnyOrder("RunnerProtocol.Engage", "agent_submit", "agent_get_slot");
        assertThat(collector.spans)
                .allSatisfy(span -> assertThat(span.tags())
                        .containsEntry("fn.refused", "true")
                        .containsEntry("fn.error_code", "503"));
    }

    @Test
    void waitingHasTheDurationsOfTheContainersStart() {
        start(OTLP);
        rig.registry.onAcquire = acquire -> rig.registry.grant(acquire, new ContainerTimings(0, 2, 3, 4));

        call();

        assertThat(span("agent_get_slot").tags())
                .isEqualTo(Map.of("container.prepare_ns", "2", "container.create_ns", "3", "container.init_ns", "4"));
    }

    @ParameterizedTest
    @ValueSource(strings = {OTLP, ZIPKIN})
    @Rule("trace-why")
    void whyItWentAsItDidIsInEvents(String path) {
        start(path);
        SlotFacts cold = new SlotFacts(
                SlotFacts.Start.COLD,
                SlotFacts.Waited.OWN_START,
                2,
                1,
                ColdCause.of(ColdCause.Reason.BROKE).after(70),
                SlotFacts.Refused.NONE,
                null);
        RunFacts ran = new RunFacts(0, false, ContainerFate.exited(3), new Truth(50_000, 0, 1 << 20, 0, true));
        rig.registry.onAcquire = acquire -> rig.registry.grant(acquire, ContainerTimings.NONE, cold);
        rig.worker.script = stream -> stream.finish(new CallEnd(ErrorCode.CONTAINER_EXIT.exception(), ran));

        call();

        assertThat(span("agent_get_slot").events())
                .isEqualTo(Map.of("cold_start", "ago_ms=70 reason=broke", "waited", "ahead=2 busy=1 for=own_start"));
        assertThat(span("agent_hot_exec").events())
                .isEqualTo(Map.of(
                        "container", "became=exited exit_code=3", "used", "cpu_us=50000 memory_peak_bytes=1048576"));
    }

    @Test
    @Rule("trace-why")
    void refusalsReasonIsAnEvent() {
        start(OTLP);
        SlotFacts refused = SlotFacts.refused(SlotFacts.Refused.WAITERS_FULL);
        rig.registry.onAcquire = acquire -> rig.vertx
                .eventBus()
                .send(
                        acquire.replyTo(),
                        new SlotRefused(
                                acquire.ticket(),
                                ErrorCode.SERVER_BUSY.exception(),
                                ContainerTimings.NONE,
                                refused,
                                null));

        call();

        assertThat(span("agent_get_slot").events()).isEqualTo(Map.of("refused", "reason=waiters_full"));
    }

    @Test
    @Rule("trace-lost-slot")
    void callThatLosesItsSlotWaitsAndRunsAgain() {
        start(OTLP);
        rig.worker.script = stream -> {
            rig.worker.script = FakeWorker::echo;
            FakeWorker.fail(ErrorCode.SLOT_GONE).accept(stream);
        };

        assertThat(call().finished().getSuccess()).isTrue();

        assertThat(spans()).hasSize(6).noneMatch(span -> span.tags().containsKey("error"));
        assertThat(collector.spans.stream()
                        .filter(span -> span.name().equals("agent_hot_exec"))
                        .map(span -> span.tags().containsKey("fn.slot_lost")))
                .containsExactlyInAnyOrder(true, false);
    }

    @Test
    @Rule("trace-cancelled")
    void clientThatGoesAwayEndsTheSpans() {
        start(OTLP);
        rig.registry.onAcquire = acquire -> {};

        EngageCall call = engage().tryCall(IngressRig.MODEL);
        rig.registry.next(AcquireSlot.class);
        call.cancel();

        assertThat(spans())
                .hasSize(3)
                .allSatisfy(span -> assertThat(span.tags()).containsEntry("error.type", "CANCELLED"));
    }

    @Test
    @Rule("trace-aborted")
    void brokenProtocolEndsTheSpansWithItsStatus() {
        start(OTLP);

        EngageCall call = engage().tryCall(IngressRig.MODEL);
        rig.registry.next(AcquireSlot.class);
        call.tryCall(IngressRig.MODEL).result();

        assertThat(span("RunnerProtocol.Engage").tags())
                .containsEntry("rpc.grpc.status_code", "2")
                .containsEntry("error", "Protocol failure: expected ClientMsg_Data");
        assertThat(span("agent_submit").tags()).containsKey("error");
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
            start(path);
            collector.status = 500;
            assertThat(call().finished().getSuccess()).isTrue();
            Await.next(collector.deliveries);
            collector.close();

            assertThat(call().finished().getSuccess()).isTrue();

            assertThat(spans()).isEmpty();
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
        start(OTLP);
        collector.status = 0;
        call();
        Await.next(collector.deliveries);

        for (int i = 0; i < MORE_THAN_THE_QUEUE; i++) {
            assertThat(call().finished().getSuccess()).isTrue();
        }

        rig.assertNothingLeft();
        // Lets go of the delivery, so that the end need not wait for its limit.
        collector.close();
    }
}
