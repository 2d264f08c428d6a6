package dev.berth.engine.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.engine.ContainerPlan.Attach;
import dev.berth.engine.ContainerStreams;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All of a container's streams over one connection, as Podman has them; the answers are those of Podman 4.3.1. */
final class StandardStreamsTest {
    private static final String ATTACHED =
            "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\n"
                    + "Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n";
    private static final int LARGE = 8 << 20;

    private final Vertx vertx = Vertx.vertx();
    private final OnContext context = new OnContext(vertx);
    private final AtomicInteger ends = new AtomicInteger();
    private ServerSocketChannel engine;
    private EngineHttp http;
    private StandardStreams streams;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        Path socket = folder.resolve("engine.sock");
        engine = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        engine.bind(UnixDomainSocketAddress.of(socket));
        http = ScriptedEngines.http(vertx, "unix://" + socket);
        streams = new StandardStreams(
                vertx, new EngineApi(http), StandardStreams.Way.TOGETHER, Attach.ALL, ends::incrementAndGet);
    }

    @AfterEach
    void stop() throws Exception {
        context.await(http::close);
        engine.close();
        new OnContext(vertx).begin(vertx::close).join();
    }

    private static void send(SocketChannel connection, int stream, String text) throws Exception {
        ByteBuffer frame = ByteBuffer.allocate(8 + text.length());
        frame.put((byte) stream).put(new byte[3]).putInt(text.length());
        frame.put(text.getBytes(StandardCharsets.US_ASCII)).flip();
        connection.write(frame);
    }

    /** Takes the request to attach, and answers it; output may be there before the container is known to be started. */
    private SocketChannel attached(CompletableFuture<Void> opened) throws Exception {
        SocketChannel connection = engine.accept();
        InputStream in = Channels.newInputStream(connection);
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.read());
        }
        assertThat(head.toString())
                .startsWith("POST /containers/01H/attach?stream=1&stdin=1&stdout=1&stderr=1 HTTP/1.1\r\n");
        connection.write(ByteBuffer.wrap(ATTACHED.getBytes(StandardCharsets.US_ASCII)));
        send(connection, 1, "early ");
        opened.get(20, TimeUnit.SECONDS);
        return connection;
    }

    private SocketChannel open() throws Exception {
        return attached(context.begin(() -> streams.open("01H")));
    }

    @Test
    void outputStillComesWhenStdinHasEndedAndAllOfItWasSent() throws Exception {
        SocketChannel connection = open();
        ContainerStreams open = streams.streams();
        CompletableFuture<Buffer> output = context.begin(() -> RealEngine.collect(open.stdout(), open.stderr()));
        CompletableFuture<Void> ended = context.begin(() -> open.stdin().end(Buffer.buffer(new byte[LARGE])));

        InputStream in = Channels.newInputStream(connection);
        assertThat(in.readNBytes(LARGE)).hasSize(LARGE);
        assertThat(in.read()).as("the end of stdin").isEqualTo(-1);
        ended.get(20, TimeUnit.SECONDS);

        send(connection, 2, "not this");
        send(connection, 1, "late");
        connection.close();
        assertThat(output.get(20, TimeUnit.SECONDS)).hasToString("early late");
        assertThat(ends.get()).isPositive();
    }

    /** The function must not see an end of its stdin that is none; nor may its end wait for somebody to read. */
    @Test
    void removalThrowsOutputAwayAndEndsStdinLast() throws Exception {
        SocketChannel connection = open();
        context.await(() -> {
            streams.streams().stdout().pause();
            streams.removalBegins();
            return Future.succeededFuture();
        });
        for (int i = 0; i < 2_000; i++) {
            send(connection, 1, "x".repeat(4_000));
        }
        connection.configureBlocking(false);
        assertThat(connection.read(ByteBuffer.allocate(1)))
                .as("nothing, and no end")
                .isZero();
        connection.configureBlocking(true);
        context.await(() -> {
            streams.removed();
            return Future.succeededFuture();
        });
        assertThat(isEnded(connection)).isTrue();
    }

    /** Where the other side had still bytes to read, the end is a reset. */
    private static boolean isEnded(SocketChannel connection) throws IOException {
        try {
            return connection.read(ByteBuffer.allocate(1)) == -1;
        } catch (SocketException reset) {
            return true;
        }
    }

    @Test
    void aWriteAfterTheEngineHasClosedFailsAndSoDoesTheEnd() throws Exception {
        SocketChannel connection = open();
        ContainerStreams open = streams.streams();
        CompletableFuture<Buffer> output = context.begin(() -> RealEngine.collect(open.stdout(), open.stderr()));
        connection.close();
        assertThat(output.get(20, TimeUnit.SECONDS)).hasToString("early ");
        assertThat(context.begin(() -> open.stdin().write(Buffer.buffer("x")))).failsWithin(Duration.ofSeconds(20));
        assertThat(context.begin(() -> open.stdin().end())).failsWithin(Duration.ofSeconds(20));
    }
}
