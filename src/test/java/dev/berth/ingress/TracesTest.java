package dev.berth.ingress;

import static dev.berth.ingress.TracesRig.OTLP;
import static dev.berth.ingress.TracesRig.SPAN;
import static dev.berth.ingress.TracesRig.TRACE;
import static dev.berth.ingress.TracesRig.ZIPKIN;
import static dev.berth.ingress.TracesRig.openCensus;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.CallEnd;
import dev.berth.bus.IngressMessage.SlotRefused;
import dev.berth.call.CallRequest;
import dev.berth.call.ContainerTimings;
import dev.berth.conformance.Rule;
import dev.berth.error.ErrorCode;
import dev.berth.trace.TraceCollector.Seen;
import dev.berth.why.ColdCause;
import dev.berth.why.ContainerFate;
import dev.berth.why.RunFacts;
import dev.berth.why.SlotFacts;
import dev.berth.why.Truth;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The traces of Engage streams, from a real connection to a real collector. */
final class TracesTest {
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
    @Rule("trace-spans")
    @Rule("trace-attributes")
    void callHasFnsSpansWithinTheCallersTrace(String path) {
        traces.start(path);

        assertThat(traces.call("grpc-trace-bin", openCensus("01"), "fn_request_id", "rid-7")
                        .finished()
                        .getSuccess())
                .isTrue();

        Seen engage = traces.span("RunnerProtocol.Engage");
        Seen submit = traces.span("agent_submit");
        Seen slot = traces.span("agent_get_slot");
        Seen exec = traces.span("agent_hot_exec");
        assertThat(traces.collector.spans).hasSize(4).allSatisfy(span -> {
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
        traces.start(OTLP);

        traces.call("grpc-trace-bin", openCensus("01"), "traceparent", "00-" + TRACE + "-" + SPAN + "-01");

        CallRequest request = Await.next(traces.ingress.worker.calls);
        assertThat(request.headers()).noneMatch(header -> header.name().matches("(?i).*trace.*"));
    }

    @Test
    @Rule("trace-caller-sampled")
    void callersTraceThatIsNotSampledIsNotKeptWhereNotAllAre() {
        traces.start(OTLP, 0.999_999);

        traces.call("grpc-trace-bin", openCensus("00"));

        assertThat(traces.spans()).isEmpty();
    }

    @Test
    @Rule("trace-caller-sampled")
    void allMeansThoseThatTheCallerDoesNotSample() {
        traces.start(OTLP);

        traces.call("grpc-trace-bin", openCensus("00"));

        assertThat(traces.spans()).hasSize(4).allMatch(span -> span.trace().equals(TRACE));
    }

    @Test
    @Rule("trace-sample")
    void shareOfTheTracesThatBeginHereIsKept() {
        traces.start(OTLP, 0);

        traces.call();
        traces.call("grpc-trace-bin", openCensus("01"));

        assertThat(traces.spans()).hasSize(4).allMatch(span -> span.trace().equals(TRACE));
    }

    @Test
    void callsWithoutACallersTraceBeginOneEach() {
        traces.start(OTLP);

        traces.call();
        traces.call("grpc-trace-bin", "nonsense");

        assertThat(traces.spans().stream().map(Seen::trace).distinct()).hasSize(2);
        assertThat(traces.collector.spans.stream().filter(Seen::server))
                .allMatch(span -> span.parent().isEmpty());
    }

    @Test
    void waitingHasTheDurationsOfTheContainersStart() {
        traces.start(OTLP);
        traces.ingress.registry.onAcquire =
                acquire -> traces.ingress.registry.grant(acquire, new ContainerTimings(0, 2, 3, 4));

        traces.call();

        assertThat(traces.span("agent_get_slot").tags())
                .isEqualTo(Map.of("container.prepare_ns", "2", "container.create_ns", "3", "container.init_ns", "4"));
    }

    @ParameterizedTest
    @ValueSource(strings = {OTLP, ZIPKIN})
    @Rule("trace-why")
    void whyItWentAsItDidIsInEvents(String path) {
        traces.start(path);
        SlotFacts cold = new SlotFacts(
                SlotFacts.Start.COLD,
                SlotFacts.Waited.OWN_START,
                2,
                1,
                ColdCause.of(ColdCause.Reason.BROKE).after(70),
                SlotFacts.Refused.NONE,
                null);
        RunFacts ran = new RunFacts(0, false, ContainerFate.exited(3), new Truth(50_000, 0, 1 << 20, 0, true));
        traces.ingress.registry.onAcquire =
                acquire -> traces.ingress.registry.grant(acquire, ContainerTimings.NONE, cold);
        traces.ingress.worker.script = stream -> stream.finish(new CallEnd(ErrorCode.CONTAINER_EXIT.exception(), ran));

        traces.call();

        assertThat(traces.span("agent_get_slot").events())
                .isEqualTo(Map.of("cold_start", "ago_ms=70 reason=broke", "waited", "ahead=2 busy=1 for=own_start"));
        assertThat(traces.span("agent_hot_exec").events())
                .isEqualTo(Map.of(
                        "container", "became=exited exit_code=3", "used", "cpu_us=50000 memory_peak_bytes=1048576"));
    }

    @Test
    @Rule("trace-why")
    void refusalsReasonIsAnEvent() {
        traces.start(OTLP);
        SlotFacts refused = SlotFacts.refused(SlotFacts.Refused.WAITERS_FULL);
        traces.ingress.registry.onAcquire = acquire -> traces.ingress
                .vertx
                .eventBus()
                .send(
                        acquire.replyTo(),
                        new SlotRefused(
                                acquire.ticket(),
                                ErrorCode.SERVER_BUSY.exception(),
                                ContainerTimings.NONE,
                                refused,
                                null));

        traces.call();

        assertThat(traces.span("agent_get_slot").events()).isEqualTo(Map.of("refused", "reason=waiters_full"));
    }
}
