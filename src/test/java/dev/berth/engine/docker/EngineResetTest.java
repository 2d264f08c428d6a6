package dev.berth.engine.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.berth.error.RunnerException;
import dev.berth.ingress.LoggedLines;
import io.vertx.core.Vertx;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An engine that dies resets its connections. What that means is told elsewhere, once; the library says nothing. */
final class EngineResetTest {
    private static final EngineRequest REQUEST = EngineRequest.get("ask", "/ask", Duration.ofSeconds(20));

    private final Vertx vertx = Vertx.vertx();
    private final OnContext context = new OnContext(vertx);
    private ServerSocketChannel engine;
    private EngineHttp http;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        Path socket = folder.resolve("engine.sock");
        engine = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        engine.bind(UnixDomainSocketAddress.of(socket));
        http = ScriptedEngines.http(vertx, "unix://" + socket);
    }

    @AfterEach
    void stop() throws Exception {
        context.await(http::close);
        engine.close();
        new OnContext(vertx).begin(vertx::close).join();
    }

    /** Waits for some bytes of a request, and leaves the rest unread: closing is a reset then. */
    private SocketChannel accept() throws Exception {
        SocketChannel connection = engine.accept();
        connection.read(ByteBuffer.allocate(4));
        return connection;
    }

    private static void answer(SocketChannel connection, String head) throws Exception {
        connection.write(ByteBuffer.wrap(head.getBytes(StandardCharsets.US_ASCII)));
    }

    private void settle() {
        for (int i = 0; i < 5; i++) {
            context.await(() -> vertx.timer(1));
        }
    }

    @Test
    void aRequestThatIsResetFailsAndThatIsAll() throws Exception {
        try (LoggedLines lines = LoggedLines.of("io")) {
            CompletableFuture<EngineResponse> asked = context.begin(() -> http.call(REQUEST));
            accept().close();
            assertThat(catchThrowable(() -> asked.get(20, TimeUnit.SECONDS))).hasCauseInstanceOf(RunnerException.class);
            settle();
            assertThat(lines.all()).isEmpty();
        }
    }

    @Test
    void aStreamThatIsResetFailsAndThatIsAll() throws Exception {
        try (LoggedLines lines = LoggedLines.of("io")) {
            CompletableFuture<EngineResponse> whole =
                    context.begin(() -> http.open(REQUEST).compose(http::whole));
            SocketChannel connection = accept();
            answer(connection, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n");
            connection.close();
            assertThat(catchThrowable(() -> whole.get(20, TimeUnit.SECONDS))).isNotNull();
            settle();
            assertThat(lines.all()).isEmpty();
        }
    }

    @Test
    void aConnectionThatIsResetOnceItIsIdleIsDropped() throws Exception {
        try (LoggedLines lines = LoggedLines.of("io")) {
            CompletableFuture<EngineResponse> asked = context.begin(() -> http.call(REQUEST));
            SocketChannel connection = accept();
            answer(connection, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            asked.get(20, TimeUnit.SECONDS);
            connection.close();
            settle();
            assertThat(lines.all()).isEmpty();
        }
    }

    @Test
    void anAttachedStdinThatIsResetIsClosed() throws Exception {
        try (LoggedLines lines = LoggedLines.of("io")) {
            CompletableFuture<RawConnection> asked = context.begin(
                    () -> new EngineApi(http).attach("01H", "stdin=1").onSuccess(StandardStreams::inputOnly));
            SocketChannel connection = accept();
            answer(connection, "HTTP/1.1 101 UPGRADED\r\n\r\n");
            RawConnection raw = asked.get(20, TimeUnit.SECONDS);
            CompletableFuture<Void> closed = new CompletableFuture<>();
            context.await(() -> {
                raw.socket().closeHandler(gone -> closed.complete(null));
                return raw.socket().write("for the function");
            });
            connection.close();
            closed.get(20, TimeUnit.SECONDS);
            settle();
            assertThat(lines.all()).isEmpty();
        }
    }
}
