package dev.berth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Empty;
import dev.berth.ingress.Await;
import dev.berth.ingress.EngageCall;
import dev.berth.ingress.EngageClient;
import dev.berth.ingress.UnaryClient;
import dev.berth.proto.NodeSummary;
import dev.berth.proto.RunnerStatus;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A runner under test, with one connection to it. */
final class LiveRunner implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final long LOOK_AGAIN_NANOS = Duration.ofMillis(50).toNanos();

    final Vertx vertx = Vertx.vertx();
    final String host;
    final int port;
    private final @Nullable RunnerProcess process;
    private final boolean statusRunsAFunction;
    private final EngageClient client;

    private LiveRunner(String host, int port, @Nullable RunnerProcess process, boolean statusRunsAFunction) {
        this.statusRunsAFunction = statusRunsAFunction;
        this.host = host;
        this.port = port;
        this.process = process;
        this.client = connect();
    }

    static LiveRunner forProfile(Profile profile) {
        String address = System.getProperty(RunnerExtension.ADDRESS);
        if (address != null) {
            int colon = address.lastIndexOf(':');
            return new LiveRunner(
                    address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)), null, false);
        }
        RunnerProcess process = RunnerProcess.start(profile);
        return new LiveRunner("127.0.0.1", process.port(), process, profile == Profile.STATUS_IMAGE);
    }

    /** A connection of its own. */
    EngageClient connect() {
        return new EngageClient(vertx, host, port, new HttpClientOptions());
    }

    EngageClient client() {
        return client;
    }

    EngageCall start(CallDoc doc) {
        return client.engage().tryCall(doc.text());
    }

    EngageCall start(CallDoc doc, String timeout) {
        return client.engage("grpc-timeout", timeout).tryCall(doc.text());
    }

    EngageCall.Result run(CallDoc doc) {
        return run(doc, "");
    }

    EngageCall.Result run(CallDoc doc, String body) {
        return start(doc).data(body, true).result();
    }

    UnaryClient methods() {
        return new UnaryClient(client);
    }

    EngageCall open(String path) {
        return Await.of(client.open(path, MultiMap.caseInsensitiveMultiMap()));
    }

    RunnerStatus status() {
        return methods().ask("/RunnerProtocol/Status", Empty.getDefaultInstance(), RunnerStatus.parser());
    }

    /** Asks for the status until it says what is awaited. */
    RunnerStatus await(String what, Predicate<RunnerStatus> condition) {
        long end = System.nanoTime() + LIMIT.toNanos();
        RunnerStatus status = status();
        while (!condition.test(status)) {
            assertThat(System.nanoTime()).as("%s: %s", what, status).isLessThan(end);
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
            status = status();
        }
        return status;
    }

    RunnerProcess process() {
        return Objects.requireNonNull(process, "a runner somewhere else");
    }

    void assertNothingLeft() {
        if (statusRunsAFunction) {
            awaitNoContainers(process());
        } else if (process == null || !process.stopped()) {
            assertNothingHeld();
        }
        if (process != null) {
            assertThat(process.containers()).as("containers").isEmpty();
            assertThat(process.socketDirectories()).as("socket directories").isEmpty();
        }
    }

    /** Asking for the status would start another. */
    private static void awaitNoContainers(RunnerProcess process) {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!process.containers().isEmpty() && System.nanoTime() < end) {
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
    }

    private void assertNothingHeld() {
        await("idle containers left", status -> {
            NodeSummary node = status.getNode();
            return status.getActive() == 0
                    && node.getMemoryUsedBytes() == 0
                    && node.getCpuUsedMillis() == 0
                    && node.getSlotsCount() == 0;
        });
    }

    @Override
    public void close() {
        Await.of(vertx.close());
        if (process != null) {
            process.close();
        }
    }
}
