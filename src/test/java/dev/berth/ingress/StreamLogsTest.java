package dev.berth.ingress;

import static dev.berth.ingress.LogCollector.ACK;
import static dev.berth.ingress.LogCollector.READY;
import static dev.berth.ingress.LogCollector.START;
import static dev.berth.ingress.LogCollector.texts;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.logs.LogBatch;
import dev.berth.logs.LogBuffer;
import dev.berth.logs.LogLines;
import dev.berth.logs.LogOrigin;
import dev.berth.proto.LogRequestMsg;
import dev.berth.proto.LogResponseMsg;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules of logs.md that a collector sees. */
final class StreamLogsTest {
    private static final LogRequestMsg EMPTY = LogRequestMsg.getDefaultInstance();

    private final LogBuffer logs = new LogBuffer(8 << 20);
    private final IngressRig rig = new IngressRig(logs);

    @AfterEach
    void stop() {
        rig.assertNothingLeft();
        rig.close();
    }

    @Test
    void batchComesAsSoonAsThereIsSomething() {
        LogCollector collector = LogCollector.started(rig.client).say(READY);
        Await.until(rig.ingress.context(), "collector is there", () -> rig.ingress.pending() == 1);
        logs.add(List.of(LogLines.line("hello")));

        LogResponseMsg batch = collector.batch();

        assertThat(texts(batch)).containsExactly("app/fn/call-1 STDOUT hello");
        assertThat(batch.getData(0).getContainerId()).isEqualTo("container-1");
        assertThat(batch.getData(0).getData(0).getData(0).getTimestamp()).isEqualTo(1_700_000_000_000L);
        assertThat(collector.say(ACK).stream.halfClose().result().status()).isEqualTo("0");
    }

    @Test
    void linesAreGroupedByContainerAndCall() {
        LogOrigin other = new LogOrigin("app", "fn", "container-2", "image");
        logs.add(List.of(
                LogLines.line("a"),
                LogLines.line(other, "call-9", "b"),
                LogLines.line("c"),
                LogLines.line(LogLines.ORIGIN, "", "d")));
        LogCollector collector = LogCollector.started(rig.client).say(READY);

        LogResponseMsg batch = collector.batch();

        assertThat(batch.getDataList()).hasSize(2);
        assertThat(texts(batch))
                .containsExactly(
                        "app/fn/call-1 STDOUT a",
                        "app/fn/call-1 STDOUT c",
                        "app/fn/ STDOUT d",
                        "app/fn/call-9 STDOUT b");
        collector.stream.cancel();
    }

    @Test
    void nextBatchWaitsForAckAndReady() {
        logs.add(List.of(LogLines.line("one")));
        LogCollector collector = LogCollector.started(rig.client).say(READY);
        collector.batch();
        logs.add(List.of(LogLines.line("two")));
        collector.say(ACK);

        EngageCall.Result ended = collector.stream.halfClose().result();

        assertThat(ended.status()).isEqualTo("0");
        assertThat(ended.payloads()).hasSize(1);
        LogCollector next = LogCollector.started(rig.client).say(READY);
        assertThat(texts(next.batch())).containsExactly("app/fn/call-1 STDOUT two");
        next.stream.cancel();
    }

    @Test
    void batchThatWasNotAcknowledgedGoesToTheNextCollector() {
        logs.add(List.of(LogLines.line("one")));
        LogCollector lost = LogCollector.started(rig.client).say(READY);
        LogResponseMsg sent = lost.batch();
        lost.stream.cancel();
        logs.add(List.of(LogLines.line("two")));

        LogCollector next = LogCollector.started(rig.client).say(READY);

        assertThat(next.batch()).isEqualTo(sent);
        next.say(ACK, READY);
        assertThat(texts(next.batch())).containsExactly("app/fn/call-1 STDOUT two");
        next.stream.cancel();
    }

    @Test
    void newCollectorTakesOver() {
        LogCollector first = LogCollector.started(rig.client).say(READY);
        Await.until(rig.ingress.context(), "collector is there", () -> rig.ingress.pending() == 1);

        LogCollector second = LogCollector.started(rig.client).say(READY);
        EngageCall.Result ended = first.stream.result();
        logs.add(List.of(LogLines.line("for the second")));

        assertThat(ended.status()).isEqualTo("10");
        assertThat(ended.text()).isEqualTo("another collector has taken over");
        assertThat(texts(second.batch())).hasSize(1);
        second.stream.cancel();
    }

    @Test
    void largestBatchIsWithinTheLimit() {
        for (int i = 0; i < 300; i++) {
            LogOrigin origin = new LogOrigin("ä".repeat(30), "fn", "container-" + i, "image");
            logs.add(List.of(LogLines.line(origin, "call-" + i, "x".repeat(16 * 1024))));
        }
        LogCollector collector = LogCollector.started(rig.client);

        int lines = 0;
        while (lines < 300) {
            LogResponseMsg batch = collector.say(READY).batch();
            assertThat(batch.getSerializedSize()).isLessThanOrEqualTo(LogBatch.MAX_BYTES);
            lines += texts(batch).size();
            collector.say(ACK);
        }
        assertThat(lines).isEqualTo(300);
        collector.stream.cancel();
    }

    static Stream<Arguments> wrongOrders() {
        return Stream.of(
                Arguments.of(List.of(READY), "9", "Start comes first"),
                Arguments.of(List.of(ACK), "9", "Start comes first"),
                Arguments.of(List.of(START, START), "9", "Start comes once"),
                Arguments.of(List.of(START, READY, READY), "9", "Ready comes once for each batch"),
                Arguments.of(List.of(EMPTY), "3", "a message is Start, Ready or Ack"));
    }

    @ParameterizedTest
    @MethodSource("wrongOrders")
    void wrongOrderEndsTheStream(List<LogRequestMsg> messages, String status, String text) {
        LogCollector collector = new LogCollector(rig.client).say(messages.toArray(LogRequestMsg[]::new));

        EngageCall.Result ended = collector.stream.result();

        assertThat(ended.status()).isEqualTo(status);
        assertThat(ended.text()).isEqualTo(text);
    }

    @Test
    void ackWithoutABatchChangesNothing() {
        LogCollector eager = LogCollector.started(rig.client).say(ACK, READY, ACK);
        logs.add(List.of(LogLines.line("one"), LogLines.line("two")));

        assertThat(texts(eager.batch())).containsExactly("app/fn/call-1 STDOUT one", "app/fn/call-1 STDOUT two");
        assertThat(eager.say(ACK, ACK).stream.halfClose().result().status()).isEqualTo("0");
    }

    @Test
    void readyBeforeTheAckEndsTheStreamAndLosesNothing() {
        logs.add(List.of(LogLines.line("one")));
        LogCollector hasty = LogCollector.started(rig.client).say(READY);
        hasty.batch();

        EngageCall.Result ended = hasty.say(READY).stream.result();

        assertThat(ended.status()).isEqualTo("9");
        assertThat(ended.text()).isEqualTo("Ack comes before the next Ready");
        LogCollector next = LogCollector.started(rig.client).say(READY);
        assertThat(texts(next.batch())).containsExactly("app/fn/call-1 STDOUT one");
        next.stream.cancel();
    }

    @Test
    void messageThatCannotBeDecodedEndsTheStream() {
        LogCollector collector = LogCollector.started(rig.client);
        collector.stream.raw(0, new byte[] {(byte) 0xff, (byte) 0xff});

        assertThat(collector.stream.result().status()).isEqualTo("13");
    }

    @Test
    void messageThatIsTooLargeEndsTheStream() {
        LogCollector collector = LogCollector.started(rig.client);
        collector.stream.raw(0, new byte[IngressRig.MAX_MESSAGE + 1]);

        assertThat(collector.stream.result().status()).isEqualTo("8");
    }
}
