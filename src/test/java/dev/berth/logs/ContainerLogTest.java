package dev.berth.logs;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ContainerLogTest {
    private static final int LIMIT = 100;

    private final Vertx vertx = Vertx.vertx();
    private final List<LogLine> lines = new ArrayList<>();
    private final ContainerLog log = new ContainerLog(vertx, LogLines.ORIGIN, this::take, LIMIT);
    private final Consumer<Buffer> stdout = log.writer(LogLine.Source.STDOUT);
    private final Consumer<Buffer> stderr = log.writer(LogLine.Source.STDERR);

    @AfterEach
    void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Test
    void linesAreCountedToTheCallThatRuns() {
        print(stdout, "starting\n");
        log.begin("call-1");
        print(stdout, "out\n");
        print(stderr, "err\n");
        log.end();
        print(stdout, "late\n");
        log.begin("call-2");
        print(stdout, "next\n");

        assertThat(told()).containsExactly(" starting", "call-1 out", "call-1 err", "call-1 late", "call-2 next");
        assertThat(lines.get(2).source()).isEqualTo(LogLine.Source.STDERR);
        assertThat(lines).allMatch(line -> line.origin().equals(LogLines.ORIGIN));
        assertThat(lines).allMatch(line -> Math.abs(line.unixMillis() - System.currentTimeMillis()) < 60_000);
    }

    @Test
    void callLosesItsHoldOnTheOutputAMomentAfterItsEnd() throws Exception {
        CompletableFuture<Void> over = new CompletableFuture<>();
        vertx.runOnContext(turn -> {
            log.begin("call-1");
            print(stdout, "no end of line");
            log.end();
            vertx.setTimer(2 * ContainerLog.GRACE_MILLIS, due -> {
                print(stdout, "background\n");
                over.complete(null);
            });
        });
        over.get(20, TimeUnit.SECONDS);

        assertThat(told()).containsExactly("call-1 no end of line", " background");
    }

    @Test
    void outputBeyondTheLimitOfACallIsCutOff() {
        log.begin("call-1");
        for (int i = 0; i < 20; i++) {
            print(stdout, "123456789\n");
        }
        log.begin("call-2");
        print(stdout, "again\n");

        assertThat(told())
                .hasSize(12)
                .contains("call-1 123456789")
                .endsWith("call-1 -----max log size 100 bytes exceeded, truncating log-----", "call-2 again");
    }

    @Test
    void limitOfZeroKeepsNothing() {
        ContainerLog none = new ContainerLog(vertx, LogLines.ORIGIN, this::take, 0);
        Consumer<Buffer> writer = none.writer(LogLine.Source.STDOUT);
        none.begin("call-1");
        print(writer, "a\nb\n");
        none.close();

        assertThat(lines).isEmpty();
    }

    @Test
    void endOfTheContainerEndsTheLastLine() {
        log.begin("call-1");
        print(stderr, "panic");
        log.close();

        assertThat(told()).containsExactly("call-1 panic");
    }

    private void take(List<LogLine> more) {
        lines.addAll(more);
    }

    private List<String> told() {
        return lines.stream()
                .map(line -> line.callId() + " " + line.data().toStringUtf8())
                .toList();
    }

    private static void print(Consumer<Buffer> to, String text) {
        to.accept(Buffer.buffer(text));
    }
}
