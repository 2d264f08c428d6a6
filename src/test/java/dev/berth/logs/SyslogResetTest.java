package dev.berth.logs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.call.SyslogAddress;
import dev.berth.config.FunctionLogConfig;
import dev.berth.ingress.Await;
import dev.berth.ingress.LoggedLines;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A syslog server that resets its connection: whoever sends there hears of it, and the library says nothing. */
final class SyslogResetTest {
    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void stop() {
        Await.of(vertx.close());
    }

    @Test
    void aConnectionThatIsResetIsToldOfOnce() throws Exception {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                LoggedLines lines = LoggedLines.of("io")) {
            SyslogConnector connector = new SyslogConnector(
                    vertx,
                    SyslogAddress.parse("tcp://127.0.0.1:" + server.getLocalPort()),
                    new FunctionLogConfig.Syslog(64 * 1024, null));
            Await.of(connector.connect(() -> closed.complete(null)));
            Socket connection = server.accept();
            connection.setSoLinger(true, 0);
            connection.close();
            closed.get(20, TimeUnit.SECONDS);
            Await.of(connector.close());
            assertThat(lines.all()).isEmpty();
        }
    }
}
