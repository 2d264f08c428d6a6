package dev.berth.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Empty;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.berth.bus.CallEnd;
import dev.berth.bus.RegistryMessage.AcquireSlot;
import dev.berth.call.ContainerTimings;
import dev.berth.call.ResponseHead;
import dev.berth.config.StatusConfig;
import dev.berth.conformance.Raises;
import dev.berth.conformance.Rule;
import dev.berth.error.ErrorCode;
import dev.berth.ingress.Await;
import dev.berth.ingress.EngageCall;
import dev.berth.ingress.FakeWorker;
import dev.berth.ingress.IngressRig;
import dev.berth.ingress.UnaryClient;
import dev.berth.proto.RunnerStatus;
import dev.berth.stream.FrameStream;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Status with something to check. */
final class StatusCheckTest {
    private static final String STATUS = "/RunnerProtocol/Status";

    @TempDir
    Path folder;

    private final List<AcquireSlot> acquired = new CopyOnWriteArrayList<>();
    private IngressRig rig;
    private UnaryClient client;

    private void start(StatusConfig config) {
        rig = new IngressRig(IngressRig.GRPC, IngressRig.CALLS, config);
        client = new UnaryClient(rig.client);
        rig.registry.onAcquire = acquire -> {
            acquired.add(acquire);
            rig.registry.grant(acquire, new ContainerTimings(1, 2, 3, 4));
        };
    }

    private void startWithImage() {
        start(new StatusConfig(IngressRig.STATUS_IMAGE, null, List.of(), Duration.ofSeconds(5), null));
    }

    @AfterEach
    void stop() {
        rig.assertNothingLeft();
        rig.close();
    }

    @Test
    void runsTheStatusFunctionAndReportsItsCall() {
        startWithImage();

        RunnerStatus status = ask();

        assertThat(status.getFailed()).isFalse();
        assertThat(status.getCached()).isFalse();
        assertThat(status.getDetails()).isEqualTo("{}");
        assertThat(status.getId()).isEqualTo(Await.next(rig.worker.calls).callId());
        assertThat(status.getCreatedAt()).isNotEmpty();
        assertThat(status.getCompletedAt()).isNotEmpty();
        assertThat(status.getExecutionDuration()).isPositive();
        assertThat(status.getCtrPrepDuration()).isEqualTo(2);
        assertThat(status.getActive()).isZero();
        assertThat(acquired.get(0).spec().image()).isEqualTo(IngressRig.STATUS_IMAGE);
        assertThat(acquired.get(0).spec().memoryMiB()).isZero();
        assertThat(acquired.get(0).spec().evictable()).isFalse();
        assertThat(acquired.get(0).spec().idleTimeout()).isEqualTo(Duration.ofSeconds(1));
        assertThat(acquired.get(0).spec().networkDisabled()).isFalse();
    }

    @Test
    void status2HandsItsStructToTheFunction() {
        startWithImage();

        RunnerStatus status = client.ask(
                "/RunnerProtocol/Status2",
                Struct.newBuilder()
                        .putFields("a", Value.newBuilder().setStringValue("b").build())
                        .build(),
                RunnerStatus.parser());

        assertThat(status.getDetails()).isEqualTo("{\"a\":\"b\"}");
    }

    @Test
    void laterReadersGetTheCachedResultWithFreshCounters() {
        startWithImage();
        ask();
        rig.client.engage().tryCall("{}").result();

        RunnerStatus second = ask();

        assertThat(second.getCached()).isTrue();
        assertThat(second.getRequestsReceived()).isEqualTo(1);
        assertThat(rig.statusAnswers).containsExactly("good TRUE", "cached good TRUE");
        assertThat(acquired).hasSize(1);
    }

    @Test
    void theResultIsForgottenAndTheNextRunIsFresh() {
        startWithImage();
        String first = ask().getId();

        assertThat(askUntilRunAgain().getId()).isNotEqualTo(first);
    }

    /** One after the other, so that no more questions are open than a client has. */
    private RunnerStatus askUntilRunAgain() {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        RunnerStatus status = ask();
        while (acquired.size() < 2) {
            assertThat(System.nanoTime()).as("no fresh run").isLessThan(end);
            status = ask();
        }
        return status;
    }

    @Test
    @Rule("status-shared")
    void concurrentCallersShareOneRunAndOneOfThemIsFirst() {
        startWithImage();
        List<FrameStream> held = new CopyOnWriteArrayList<>();
        rig.worker.script = held::add;
        List<EngageCall> callers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            EngageCall call = Await.of(rig.client.open(STATUS, MultiMap.caseInsensitiveMultiMap()));
            call.raw(0, new byte[0]);
            callers.add(call.halfClose());
        }
        Await.next(rig.worker.calls);
        Await.until(rig.worker.context(), "stream open", () -> !held.isEmpty());
        // Every caller is there once an answer to a ping has passed them on the connection.
        client.call("/grpc.health.v1.Health/Check", Empty.getDefaultInstance());

        rig.worker.run(() -> FakeWorker.echo(held.get(0)));

        long first = callers.stream()
                .map(call -> parse(call.result().payloads().get(0)))
                .filter(status -> !status.getCached())
                .count();
        assertThat(first).isEqualTo(1);
        assertThat(acquired).hasSize(1);
    }

    @Test
    @Rule("status-failed")
    void failedCallFailsTheStatus() {
        startWithImage();
        rig.worker.script = FakeWorker.fail(ErrorCode.INIT_FAILED);

        RunnerStatus status = ask();

        assertThat(status.getFailed()).isTrue();
        assertThat(status.getErrorCode()).isEqualTo(502);
        assertThat(status.getErrorStr()).isEqualTo(ErrorCode.INIT_FAILED.text());
    }

    @Test
    @Rule("status-failed")
    void functionThatAnswersWithAnErrorFailsTheStatusWithThatCode() {
        startWithImage();
        rig.worker.script = stream -> {
            stream.note(new ResponseHead(418, List.of()));
            stream.outbound().write(Buffer.buffer("teapot"));
            stream.finish(new CallEnd(null));
        };

        RunnerStatus status = ask();

        assertThat(status.getFailed()).isTrue();
        assertThat(status.getErrorCode()).isEqualTo(418);
        assertThat(status.getErrorStr()).isEmpty();
        assertThat(status.getDetails()).isEqualTo("teapot");
    }

    @Test
    @Rule("status-barrier")
    void missingBarrierTakesTheNetworkFromTheStatusFunction() throws IOException {
        Path barrier = folder.resolve("barrier");
        start(new StatusConfig(IngressRig.STATUS_IMAGE, barrier, List.of(), Duration.ofSeconds(5), null));

        assertThat(ask().getIsNetworkDisabled()).isTrue();
        assertThat(acquired.get(0).spec().networkDisabled()).isTrue();
        assertThat(rig.statusAnswers).containsExactly("good FALSE");
        Files.createFile(barrier);

        assertThat(askUntilRunAgain().getIsNetworkDisabled()).isFalse();
        assertThat(acquired.get(1).spec().networkDisabled()).isFalse();
        assertThat(acquired.get(1).spec().key())
                .isNotEqualTo(acquired.get(0).spec().key());
    }

    @Test
    @Rule("status-command")
    void healthCommandsOutputIsTheCustomStatus() {
        start(command("printf 'a=1\\nnoise\\nb = x=y \\n'; echo c=2 >&2"));

        RunnerStatus status = ask();

        assertThat(status.getFailed()).isFalse();
        assertThat(status.getCustomStatusMap())
                .containsOnly(java.util.Map.entry("a", "1"), java.util.Map.entry("b", "x=y"));
    }

    @Test
    @Rule("status-order")
    @Rule("status-command")
    void failedHealthCommandFailsTheStatusAndTheFunctionIsNotRun() {
        start(new StatusConfig(
                IngressRig.STATUS_IMAGE, null, List.of("sh", "-c", "exit 3"), Duration.ofSeconds(5), null));

        RunnerStatus status = ask();

        assertThat(status.getFailed()).isTrue();
        assertThat(status.getErrorCode()).isEqualTo(500);
        assertThat(status.getErrorStr()).contains("exit code 3");
        assertThat(rig.statusAnswers).containsExactly("bad TRUE");
        assertThat(acquired).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "echo errorCode=503; echo 'errorStr = disk is full'; exit 1 | 503 | disk is full",
                "echo errorCode=599; exit 2 | 599 | health command ended with exit code 2",
                "echo errorStr=no network; exit 1 | 500 | no network",
                "echo errorCode=0; exit 1 | 500 | health command ended with exit code 1",
                "echo errorCode=200; exit 1 | 500 | health command ended with exit code 1",
                "echo errorCode=much; echo errorStr=; exit 1 | 500 | health command ended with exit code 1",
                "printf 'errorStr=a\\033[31mb\\n'; exit 1 | 500 | a?[31mb",
            })
    @Rule("status-command-error")
    void failedHealthCommandChoosesCodeAndText(String script, int code, String text) {
        start(command(script));

        RunnerStatus status = ask();

        assertThat(status.getFailed()).isTrue();
        assertThat(status.getErrorCode()).isEqualTo(code);
        assertThat(status.getErrorStr()).isEqualTo(text);
    }

    @Test
    @Rule("status-command-error")
    void healthCommandThatEndsWellChoosesNoError() {
        start(command("echo errorCode=503; echo errorStr=full"));

        RunnerStatus status = ask();

        assertThat(status.getFailed()).isFalse();
        assertThat(status.getErrorCode()).isZero();
        assertThat(status.getErrorStr()).isEmpty();
        assertThat(status.getCustomStatusMap()).hasSize(2);
    }

    @Test
    void hangingHealthCommandIsKilled() {
        start(new StatusConfig(null, null, List.of("sh", "-c", "sleep 60"), Duration.ofMillis(200), null));

        assertThat(ask().getErrorStr()).contains("took longer");
    }

    @Test
    @Rule("status-command")
    @Raises(ErrorCode.STATUS_CHECK_FAILED)
    void healthCommandThatIsNotThereFailsTheStatus() {
        start(new StatusConfig(null, null, List.of("/nonexistent/check"), Duration.ofSeconds(5), null));

        assertThat(ask().getErrorStr()).contains("cannot be run");
    }

    @Test
    @Rule("status-kdumps")
    void kernelDumpsAreCounted() throws IOException {
        start(new StatusConfig(null, null, List.of(), Duration.ofSeconds(5), folder));
        Files.createFile(folder.resolve("dump1"));
        Files.createFile(folder.resolve("dump2"));

        assertThat(ask().getKdumpsOnDisk()).isEqualTo(2);
    }

    @Test
    @Rule("status-deadline")
    void callerWhoseDeadlinePassesIsToldSoAndTheRunGoesOn() {
        startWithImage();
        List<FrameStream> held = new CopyOnWriteArrayList<>();
        rig.worker.script = held::add;
        EngageCall hasty = Await.of(
                rig.client.open(STATUS, MultiMap.caseInsensitiveMultiMap().add("grpc-timeout", "300m")));
        hasty.raw(0, new byte[0]);

        assertThat(hasty.halfClose().result().status()).isEqualTo("4");
        EngageCall patient = Await.of(rig.client.open(STATUS, MultiMap.caseInsensitiveMultiMap()));
        patient.raw(0, new byte[0]);
        Await.until(rig.worker.context(), "stream open", () -> !held.isEmpty());
        rig.worker.run(() -> FakeWorker.echo(held.get(0)));

        assertThat(parse(patient.halfClose().result().payloads().get(0)).getFailed())
                .isFalse();
        assertThat(acquired).hasSize(1);
    }

    private StatusConfig command(String script) {
        return new StatusConfig(null, null, List.of("sh", "-c", script), Duration.ofSeconds(10), null);
    }

    private RunnerStatus ask() {
        return client.ask(STATUS, Empty.getDefaultInstance(), RunnerStatus.parser());
    }

    private static RunnerStatus parse(Buffer payload) {
        try {
            return RunnerStatus.parseFrom(payload.getBytes());
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }
}
