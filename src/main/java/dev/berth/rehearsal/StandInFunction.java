package dev.berth.rehearsal;

import dev.berth.engine.ContainerStreams;
import dev.berth.engine.EngineContainer;
import dev.berth.engine.ExitStatus;
import dev.berth.worker.SocketWatcher;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A function that gives every request the same answer. A daemon thread stands for its process: it blocks, and ends
 * when the container is removed.
 */
final class StandInFunction implements EngineContainer {
    /** More than any request of a rehearsal has. */
    private static final int READ = 16 * 1024;

    /** One answer in so many takes a while, so that calls do not end in the order in which they came. */
    private static final int SLOW = 16;

    private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private static final String LENGTH = "content-length:";
    private static final String HEAD = "HTTP/1.1 200 OK\r\n";
    private static final String CHUNKED = "Transfer-Encoding: chunked\r\n\r\n";
    private static final String LARGER = "x".repeat(6000);

    /** As functions of several languages answer: what is read is not to be always the same. */
    private static final byte[][] ANSWERS = Stream.of(
                    HEAD + "Content-Type: text/plain\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\n"
                            + "Connection: keep-alive\r\n" + CHUNKED + "10\r\n0123456789abcdef\r\n0\r\n\r\n",
                    HEAD + "Fn-Fdk-Version: rehearsal/1\r\nContent-Type: application/json\r\n"
                            + "Fn-Http-Status: 201\r\nFn-Http-H-Location: /a\r\nContent-Length: 16\r\n\r\n0123456789abcdef",
                    HEAD + "Content-Type: application/octet-stream\r\nConnection: keep-alive\r\n"
                            + "Keep-Alive: timeout=5\r\nContent-Length: 6000\r\n\r\n" + LARGER,
                    HEAD + "content-type: text/plain; charset=utf-8\r\n" + CHUNKED + "1770\r\n" + LARGER
                            + "\r\n2\r\nok\r\n0\r\n\r\n",
                    HEAD + "Content-Length: 0\r\n\r\n")
            .map(answer -> answer.getBytes(StandardCharsets.US_ASCII))
            .toArray(byte[][]::new);

    private final Context context;
    private final String id;
    private final Path socket;
    private final Promise<ExitStatus> exit = Promise.promise();
    private @Nullable Thread process;

    /** @param context where its futures complete */
    StandInFunction(Context context, String id, Path socketDirectory) {
        this.context = context;
        this.id = id;
        this.socket = socketDirectory.resolve(SocketWatcher.SOCKET);
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public Future<Void> start() {
        Thread started = new Thread(this::serve, "rehearsal-function");
        started.setDaemon(true);
        started.start();
        process = started;
        return Future.succeededFuture();
    }

    private void serve() {
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            while (true) {
                try (SocketChannel connection = server.accept()) {
                    answer(connection);
                }
            }
        } catch (IOException removed) {
            context.runOnContext(turn -> exit.tryComplete(new ExitStatus(0, false)));
        }
    }

    private static void answer(SocketChannel connection) throws IOException {
        ByteBuffer in = ByteBuffer.allocate(READ);
        int answers = 0;
        while (connection.read(in) >= 0) {
            if (isWhole(new String(in.array(), 0, in.position(), StandardCharsets.ISO_8859_1))) {
                in.clear();
                if (answers % SLOW == 0) {
                    LockSupport.parkNanos(SLOW_NANOS);
                }
                ByteBuffer out = ByteBuffer.wrap(ANSWERS[answers++ % ANSWERS.length]);
                while (out.hasRemaining()) {
                    connection.write(out);
                }
            }
        }
    }

    /** Whether these are all bytes of a request, whose body is chunked or has a length. */
    private static boolean isWhole(String request) {
        int head = request.indexOf("\r\n\r\n");
        if (head < 0 || request.endsWith("\r\n0\r\n\r\n")) {
            return head >= 0;
        }
        String names = request.substring(0, head + 1).toLowerCase(Locale.ROOT);
        int length = names.indexOf(LENGTH);
        if (length < 0) {
            return false;
        }
        String value = names.substring(length + LENGTH.length(), names.indexOf('\r', length));
        return request.length() - head - 4 >= Integer.parseInt(value.strip());
    }

    @Override
    public Future<ExitStatus> exit() {
        return exit.future();
    }

    @Override
    public OptionalInt exitCode() {
        return OptionalInt.empty();
    }

    @Override
    public Future<Void> healthy() {
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> pause() {
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> resume() {
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> remove() {
        if (process == null) {
            return Future.succeededFuture();
        }
        // Closes whatever channel it waits for.
        process.interrupt();
        return exit.future().mapEmpty();
    }

    @Override
    public @Nullable ContainerStreams streams() {
        return null;
    }
}
