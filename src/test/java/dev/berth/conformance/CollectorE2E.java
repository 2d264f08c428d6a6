package dev.berth.conformance;

import static dev.berth.ingress.LogCollector.ACK;
import static dev.berth.ingress.LogCollector.READY;
import static dev.berth.ingress.LogCollector.START;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.ingress.EngageCall;
import dev.berth.ingress.EngageClient;
import dev.berth.ingress.LogCollector;
import dev.berth.proto.LogRequestMsg;
import dev.berth.proto.LogResponseMsg;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** StreamLogs, as a collector sees it. */
@OnRunner(Profile.LOGS)
final class CollectorE2E {
    private static final int MAX_MESSAGE = 4 << 20;
    private static final int MAX_BATCH = 1 << 20;
    /** A line of a flood, its end counted. */
    private static final int LINE = 64;

    @Test
    @Rule("collect-ready")
    @Rule("collect-end")
    void aReadyIsAnsweredWithTheFirstLinesThatCome(LiveRunner runner) {
        Printer printer = new Printer(runner);
        LogCollector collector = printer.collector().say(READY);
        CallDoc waited = printer.print("read; stdout waited; send ok");
        assertThat(printer.own(collector.batch())).containsExactly(printer.line(waited, "STDOUT waited"));

        EngageCall.Result ended = collector.say(ACK).stream.halfClose().result();

        assertThat(ended.status()).isEqualTo("0");
        CallDoc there = printer.print("read; stdout there; send ok");
        assertThat(printer.collect(line -> true)).containsExactly(printer.line(there, "STDOUT there"));
    }

    @Test
    @Rule("collect-batch")
    void aBatchIsOneMessageOfBoundedSizeByContainerAndCall(LiveRunner runner) {
        Printer printer = new Printer(runner);
        LogCollector collector = printer.collector();
        int floods = 6;
        int lines = 200_000 / LINE;
        for (int i = 0; i < floods; i++) {
            printer.print("read; flood stdout " + LINE * lines + "; send ok");
        }
        CallDoc last = printer.print("read; stdout last; send ok");

        List<String> all = new ArrayList<>();
        while (!all.contains(printer.line(last, "STDOUT last"))) {
            LogResponseMsg batch = collector.say(READY).batch();
            assertThat(batch.getSerializedSize()).isLessThanOrEqualTo(MAX_BATCH);
            assertThat(batch.getDataList())
                    .extracting(LogResponseMsg.Container::getContainerId)
                    .doesNotHaveDuplicates()
                    .doesNotContain("");
            batch.getDataList()
                    .forEach(container -> assertThat(container.getDataList())
                            .extracting(LogResponseMsg.Container.Request::getRequestId)
                            .doesNotHaveDuplicates());
            all.addAll(printer.own(batch));
            collector.say(ACK);
        }
        assertThat(all).hasSize(floods * lines + 1);
        collector.stream.halfClose().result();
    }

    @Test
    @Rule("collect-ack")
    void theNextBatchNeedsAckAndReady(LiveRunner runner) {
        Printer printer = new Printer(runner);
        LogCollector collector = printer.collector().say(READY);
        printer.print("read; stdout one; send ok");
        LogResponseMsg first = collector.batch();
        int before = LogCollector.texts(first).size();
        CallDoc two = printer.print("read; stdout two; send ok");

        EngageCall.Result ended = collector.say(ACK).stream.halfClose().result();

        assertThat(before).isEqualTo(1);
        assertThat(ended.status()).isEqualTo("0");
        assertThat(ended.payloads().get(ended.payloads().size() - 1))
                .satisfies(payload ->
                        assertThat(LogResponseMsg.parseFrom(payload.getBytes())).isEqualTo(first));
        assertThat(printer.collect(line -> true)).containsExactly(printer.line(two, "STDOUT two"));
    }

    @Test
    @Rule("collect-again")
    void aBatchThatWasNotAcknowledgedGoesToTheNextCollector(LiveRunner runner) {
        Printer printer = new Printer(runner);
        LogResponseMsg sent;
        try (EngageClient lost = runner.connect()) {
            LogCollector collector = LogCollector.started(lost).say(READY);
            printer.print("read; stdout one; send ok");
            sent = collector.batch();
        }
        CallDoc two = printer.print("read; stdout two; send ok");

        LogCollector next = printer.collector().say(READY);

        assertThat(next.batch()).isEqualTo(sent);
        next.say(ACK, READY);
        assertThat(printer.own(next.batch())).containsExactly(printer.line(two, "STDOUT two"));
        next.say(ACK).stream.halfClose().result();
    }

    @Test
    @Rule("collect-one")
    void whoeverStartsLastTakesOverOnWhicheverConnection(LiveRunner runner) {
        Printer printer = new Printer(runner);
        LogCollector first = printer.collector();
        CallDoc one = printer.print("read; stdout one; send ok");
        LogResponseMsg sent = first.say(READY).batch();
        try (EngageClient other = runner.connect()) {
            LogCollector second = LogCollector.started(other);
            EngageCall.Result ended = first.stream.result();
            first.say(ACK);

            assertThat(ended.status()).isEqualTo("10");
            assertThat(ended.text()).isEqualTo("another collector has taken over");
            assertThat(second.say(READY).batch()).isEqualTo(sent);
            assertThat(printer.own(sent)).containsExactly(printer.line(one, "STDOUT one"));
            second.say(ACK).stream.halfClose().result();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.berth.ingress.StreamLogsTest#wrongOrders")
    @Rule("collect-start")
    @Rule("collect-order")
    void aMessageOutOfTurnEndsTheStream(List<LogRequestMsg> messages, String status, String text, LiveRunner runner) {
        LogCollector withoutLines = new Printer(runner).opened();

        EngageCall.Result ended =
                withoutLines.say(messages.toArray(LogRequestMsg[]::new)).stream.result();

        assertThat(ended.status()).isEqualTo(status);
        assertThat(ended.text()).isEqualTo(text);
    }

    @Test
    @Rule("collect-order")
    void aReadyBeforeTheAckEndsTheStreamAndLosesNothing(LiveRunner runner) {
        Printer printer = new Printer(runner);
        LogCollector hasty = printer.collector().say(READY);
        CallDoc one = printer.print("read; stdout one; send ok");
        hasty.batch();

        EngageCall.Result ended = hasty.say(READY).stream.result();

        assertThat(ended.status()).isEqualTo("9");
        assertThat(ended.text()).isEqualTo("Ack comes before the next Ready");
        assertThat(printer.collect(line -> true)).containsExactly(printer.line(one, "STDOUT one"));
    }

    @Test
    @Rule("collect-order")
    void aMessageThatIsNoneEndsTheStream(LiveRunner runner) {
        LogCollector malformed = new LogCollector(runner.client()).say(START);
        malformed.stream.raw(0, new byte[] {(byte) 0xff, (byte) 0xff});
        assertThat(malformed.stream.result().status()).isEqualTo("13");

        LogCollector oversize = new LogCollector(runner.client()).say(START);
        oversize.stream.raw(0, new byte[MAX_MESSAGE + 1]);
        assertThat(oversize.stream.result().status()).isEqualTo("8");
    }
}
