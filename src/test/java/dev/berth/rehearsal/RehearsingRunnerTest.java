package dev.berth.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.RunnerService;
import dev.berth.config.ConfigLoader;
import dev.berth.ingress.Await;
import dev.berth.proto.RunnerProtocolGrpcClient;
import dev.berth.proto.RunnerStatus;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A runner that has rehearsed is like one that has not. */
@Timeout(60)
final class RehearsingRunnerTest {
    @TempDir
    Path folder;

    private RunnerService start(int calls) {
        Map<String, String> options = Map.of(
                "engine.kind", "process",
                "engine.catalogue", "src/examples",
                "grpc.host", "127.0.0.1",
                "grpc.port", "0",
                "node.rehearsalCalls", Integer.toString(calls),
                "worker.socketRoot", folder.toString());
        return Await.of(
                RunnerService.start(ConfigLoader.load(null, Map.of(), options).config(), "test"));
    }

    @Test
    void statusKnowsNothingOfARehearsal() throws Exception {
        RunnerService runner = start(40);
        Await.of(runner.rehearsed());
        Vertx vertx = Vertx.vertx();
        GrpcClient client = GrpcClient.client(vertx);

        RunnerStatus status = Await.of(
                RunnerProtocolGrpcClient.create(client, SocketAddress.inetSocketAddress(runner.port(), "127.0.0.1"))
                        .status(com.google.protobuf.Empty.getDefaultInstance()));

        assertThat(status.getActive()).isZero();
        assertThat(status.getRequestsReceived()).isZero();
        assertThat(status.getRequestsHandled()).isZero();
        assertThat(status.getNode().getSlotsList()).isEmpty();
        Await.of(client.close());
        Await.of(vertx.close());
        Await.of(runner.drain());
        assertNothingLeft();
    }

    @Test
    void drainDoesNotWaitForItsEnd() throws Exception {
        RunnerService runner = start(1_000_000);

        Await.of(runner.drain());

        assertThat(runner.rehearsed().isComplete()).isTrue();
        assertNothingLeft();
    }

    private void assertNothingLeft() throws Exception {
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
    }
}
