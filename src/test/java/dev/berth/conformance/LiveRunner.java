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
import java.util.function.BooleanSupplier;
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
    private final @Nullable Credentials credentials;
    private final EngageClient client;

    private LiveRunner(String address) {
        int colon = address.lastIndexOf(':');
        host = address.substring(0, colon);
        port = Integer.parseInt(address.substring(colon + 1));
        process = null;
        credentials = null;
        statusRunsAFunction = false;
        client = connect();
    }

    private LiveRunner(Profile profile) {
        credentials = profile == Profile.TLS ? Credentials.issue() : null;
        process = RunnerProcess.start(profile);
        host = "127.0.0.1";
        port = process.port();
        statusRunsAFunction = profile == Profile.STATUS_IMAGE;
        client = connect();
    }

    static LiveRunner forProfile(Profile profile) {
        String address = System.getProperty(RunnerExtension.ADDRESS);
        return address == null ? new LiveRunner(profile) : new LiveRunner(address);
    }

    /** A connection of its own. */
    EngageClient connect() {
        return connect(credentials == null ? new HttpClientOptions() : credentials.balancer());
    }

    /** A connection of its own, made in some other way. */
    EngageClient connect(HttpClientOptions options) {
        return new EngageClient(vertx, host, port, options);
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

    /** Looks until something holds that no message tells. */
    void until(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
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

    /** With what the runner's port takes TLS. */
    Credentials credentials() {
        return Objects.requireNonNull(credentials, "a runner in cleartext");
    }

    RunnerProcess process() {
        return Objects.requireNonNull(process, "a runner somewhere else");
    }

    void assertNothingLeft() {
        if (statusRunsAFunction) {
            // Asking for the status would start another.
            until("no containers", () -> process().containers().isEmpty());
        } else if (process == null || !process.stopped()) {
            assertNothingHeld();
        }
        if (process != null) {
            assertThat(process.containers()).as("containers").isEmpty();
            assertThat(process.socketDirectories()).as("socket directories").isEmpty();
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
