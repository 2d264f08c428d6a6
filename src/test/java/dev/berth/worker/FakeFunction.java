package dev.berth.worker;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A function on a real Unix socket, spoken to byte by byte: what it answers, and when it hangs up, is the
 * test's script. One thread per connection.
 */
final class FakeFunction implements AutoCloseable {
    /** Serves one connection; it is closed when the script returns or throws. */
    interface Script {
        void serve(Talk talk) throws IOException, InterruptedException;
    }

    private final ServerSocketChannel server;
    private final Script script;
    private final AtomicInteger accepted = new AtomicInteger();
    private final List<SocketChannel> open = new CopyOnWriteArrayList<>();
    private final List<String> heads = new CopyOnWriteArrayList<>();
    private final List<byte[]> bodies = new CopyOnWriteArrayList<>();
    private final AtomicInteger arrived = new AtomicInteger();
    private volatile CountDownLatch awake = new CountDownLatch(0);

    private FakeFunction(ServerSocketChannel server, Script script) {
        this.server = server;
        this.script = script;
    }

    static FakeFunction listen(Path socket, Script script) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        FakeFunction function = new FakeFunction(server, script);
        Thread thread = new Thread(function::accept, "fake-function");
        thread.setDaemon(true);
        thread.start();
        return function;
    }

    /** Answers every request with its own body. */
    static Script echo() {
        return talk -> {
            while (talk.readHead()) {
                byte[] body = talk.readBody();
                talk.write(
                        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " + body.length + "\r\n\r\n");
                talk.write(body);
            }
        };
    }

    /** Reads each request whole, then answers it with these bytes. */
    static Script answering(String answer) {
        return talk -> {
            while (talk.readHead()) {
                talk.readBody();
                talk.write(answer);
            }
        };
    }

    /** Reads one request whole, which it tells of, and then waits for the end of the connection. */
    static Script holding(CountDownLatch whole) {
        return holding(whole, "");
    }

    /** The same, with something of an answer before it tells. */
    static Script holding(CountDownLatch whole, String answer) {
        return talk -> {
            talk.readHead();
            talk.readBody();
            talk.write(answer);
            whole.countDown();
            talk.readToEnd();
        };
    }

    /** Reads one request whole, answers it, and hangs up. */
    static Script answeringOnce(String answer) {
        return talk -> {
            if (talk.readHead()) {
                talk.readBody();
                talk.write(answer);
            }
        };
    }

    /** Connections made so far. */
    int accepted() {
        return accepted.get();
    }

    /** Connections that wait for a function which sleeps. */
    int waiting() {
        return arrived.get() - accepted.get();
    }

    /** Takes no connection from now on, as a frozen process does. */
    void sleep() {
        if (server.isOpen()) {
            awake = new CountDownLatch(1);
        }
    }

    void wake() {
        awake.countDown();
    }

    /** Nobody connects any more; those who have, or wait, stay. */
    void stopListening() throws IOException {
        server.close();
    }

    /** Connections that neither side has closed yet. */
    int open() {
        return open.size();
    }

    /** Heads of the requests, in order. */
    List<String> heads() {
        return heads;
    }

    /** Bodies that arrived whole. */
    List<byte[]> bodies() {
        return bodies;
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel connection = server.accept();
                open.add(connection);
                arrived.incrementAndGet();
                awake.await();
                accepted.incrementAndGet();
                Thread thread = new Thread(() -> serve(connection), "fake-function-connection");
                thread.setDaemon(true);
                thread.start();
            }
        } catch (IOException | InterruptedException closed) {
            // The test is over.
        }
    }

    private void serve(SocketChannel connection) {
        try (connection) {
            script.serve(new Talk(connection));
        } catch (IOException | InterruptedException hungUp) {
            // As functions do when their peer goes.
        } finally {
            open.remove(connection);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        awake.countDown();
        for (SocketChannel connection : open) {
            connection.close();
        }
    }

    /** One connection, from the function's side. */
    final class Talk {
        private final SocketChannel channel;
        private final ByteBuffer input = ByteBuffer.allocate(64 * 1024).flip();
        private String lastHead = "";

        private Talk(SocketChannel channel) {
            this.channel = channel;
        }

        /** @return false at the end of the connection */
        boolean readHead() throws IOException {
            StringBuilder head = new StringBuilder();
            while (head.length() < 4 || head.indexOf("\r\n\r\n", head.length() - 4) < 0) {
                int next = read();
                if (next < 0) {
                    return false;
                }
                head.append((char) next);
            }
            lastHead = head.toString();
            heads.add(lastHead);
            return true;
        }

        /** The head read last on this connection. */
        String head() {
            return lastHead;
        }

        /** A chunked body to its end; fails if it breaks off. */
        byte[] readBody() throws IOException {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            while (true) {
                int size = Integer.parseInt(readLine(), 16);
                for (int i = 0; i < size; i++) {
                    body.write(readOrFail());
                }
                readLine();
                if (size == 0) {
                    bodies.add(body.toByteArray());
                    return body.toByteArray();
                }
            }
        }

        /** Reads until the connection ends, in whatever way; what came. */
        byte[] readToEnd() {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            try {
                for (int next = read(); next >= 0; next = read()) {
                    all.write(next);
                }
            } catch (IOException torn) {
                // That is an end, too.
            }
            return all.toByteArray();
        }

        /** What one read of the socket gives. */
        String readOnce() throws IOException {
            ByteBuffer room = ByteBuffer.allocate(256 * 1024);
            channel.read(room);
            return new String(room.array(), 0, room.position(), StandardCharsets.ISO_8859_1);
        }

        void write(String text) throws IOException {
            write(text.getBytes(StandardCharsets.ISO_8859_1));
        }

        void write(byte[] bytes) throws IOException {
            ByteBuffer output = ByteBuffer.wrap(bytes);
            while (output.hasRemaining()) {
                channel.write(output);
            }
        }

        private String readLine() throws IOException {
            StringBuilder line = new StringBuilder();
            for (int next = readOrFail(); next != '\n'; next = readOrFail()) {
                if (next != '\r') {
                    line.append((char) next);
                }
            }
            return line.toString();
        }

        private int readOrFail() throws IOException {
            int next = read();
            if (next < 0) {
                throw new IOException("request broke off");
            }
            return next;
        }

        int read() throws IOException {
            if (!input.hasRemaining()) {
                ByteBuffer room = input.duplicate().clear();
                if (channel.read(room) < 0) {
                    return -1;
                }
                input.clear().limit(room.position());
            }
            return input.get() & 0xff;
        }
    }
}
