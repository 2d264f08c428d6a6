package dev.berth.logs;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.datagram.DatagramSocket;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.parsetools.RecordParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** A syslog server that tells a test what it gets, message by message. */
public final class SyslogServer implements AutoCloseable {
    private static final String HOST = "127.0.0.1";
    private static final long LIMIT_SECONDS = 30;

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    private final Context context = vertx.getOrCreateContext();
    private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
    private final BlockingQueue<NetSocket> arrivals = new LinkedBlockingQueue<>();
    private final Set<NetSocket> open = ConcurrentHashMap.newKeySet();
    private volatile boolean holdUp;
    private String url;

    private SyslogServer() {}

    public static SyslogServer udp() {
        SyslogServer server = new SyslogServer();
        DatagramSocket socket = server.await(() -> server.vertx
                .createDatagramSocket()
                .listen(0, HOST)
                .onSuccess(bound -> bound.handler(
                        packet -> server.messages.add(packet.data().toString()))));
        server.url = "udp://" + HOST + ":" + socket.localAddress().port();
        return server;
    }

    public static SyslogServer tcp() {
        return tcp(0);
    }

    /** @param port 0: any that is free */
    public static SyslogServer tcp(int port) {
        SyslogServer server = new SyslogServer();
        NetServer bound = server.listen(new NetServerOptions(), SocketAddress.inetSocketAddress(port, HOST), false);
        server.url = "tcp://" + HOST + ":" + bound.actualPort();
        return server;
    }

    /** Takes connections and reads nothing from them until it is told to. */
    public static SyslogServer thatReadsNothing() {
        SyslogServer server = tcp(0);
        server.holdUp = true;
        return server;
    }

    public static SyslogServer unix(Path socket) {
        SyslogServer server = new SyslogServer();
        server.listen(new NetServerOptions(), SocketAddress.domainSocketAddress(socket.toString()), false);
        server.url = "unix://" + socket;
        return server;
    }

    /** @param certificate and its key, PEM files */
    public static SyslogServer tls(Path certificate, Path key) {
        SyslogServer server = new SyslogServer();
        NetServerOptions options = new NetServerOptions()
                .setSsl(true)
                .setKeyCertOptions(new PemKeyCertOptions()
                        .addCertPath(certificate.toString())
                        .addKeyPath(key.toString()));
        NetServer bound = server.listen(options, SocketAddress.inetSocketAddress(0, HOST), true);
        server.url = "tcp+tls://" + HOST + ":" + bound.actualPort();
        return server;
    }

    /** An address of this machine where no server listens. */
    public static String nobody() {
        try (SyslogServer gone = tcp()) {
            return gone.url();
        }
    }

    /** Certificate and key of 127.0.0.1, PEM files in this folder; the certificate is its own authority. */
    public record Identity(Path certificate, Path key) {
        public static Identity in(Path folder) throws Exception {
            Path store = folder.resolve("syslog.p12");
            Path certificate = folder.resolve("syslog.crt");
            keytool("-genkeypair", "-keystore", store.toString(), "-dname", "CN=syslog", "-ext", "san=ip:" + HOST);
            keytool("-exportcert", "-rfc", "-keystore", store.toString(), "-file", certificate.toString());
            java.security.KeyStore keys = java.security.KeyStore.getInstance(store.toFile(), "secret".toCharArray());
            byte[] key = keys.getKey("mykey", "secret".toCharArray()).getEncoded();
            String pem = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key);
            return new Identity(
                    certificate,
                    Files.writeString(
                            folder.resolve("syslog.key"),
                            "-----BEGIN PRIVATE KEY-----\n" + pem + "\n-----END PRIVATE KEY-----\n"));
        }

        private static void keytool(String command, String... more) throws IOException, InterruptedException {
            List<String> line = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    command,
                    "-storetype",
                    "PKCS12",
                    "-storepass",
                    "secret"));
            if (command.equals("-genkeypair")) {
                line.addAll(List.of("-keyalg", "EC"));
            }
            line.addAll(List.of(more));
            Process tool = new ProcessBuilder(line).redirectErrorStream(true).start();
            String said = new String(tool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(tool.waitFor()).as(said).isZero();
        }
    }

    private NetServer listen(NetServerOptions options, SocketAddress address, boolean counted) {
        return await(() -> vertx.createNetServer(options)
                .connectHandler(socket -> arrived(socket, counted))
                .listen(address));
    }

    private void arrived(NetSocket socket, boolean counted) {
        open.add(socket);
        socket.closeHandler(end -> open.remove(socket));
        socket.handler(
                counted ? new Counted() : RecordParser.newDelimited("\n", line -> messages.add(line.toString())));
        if (holdUp) {
            socket.pause();
        }
        arrivals.add(socket);
    }

    public String url() {
        return url;
    }

    public int port() {
        return Integer.parseInt(url.substring(url.lastIndexOf(':') + 1));
    }

    /** The next message. */
    public String next() throws InterruptedException {
        String message = messages.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
        assertThat(message).as("a message to " + url).isNotNull();
        return message;
    }

    /** What has come and was not asked for. */
    public int unread() {
        return messages.size();
    }

    /** The next connection that is made. */
    public NetSocket arrival() throws InterruptedException {
        NetSocket arrived = arrivals.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
        assertThat(arrived).as("a connection to " + url).isNotNull();
        return arrived;
    }

    /** Reads what was held up. */
    public void read() {
        holdUp = false;
        open.forEach(NetSocket::resume);
    }

    public int connections() {
        return open.size();
    }

    /** Waits until nobody is connected any more. */
    public void untilDeserted() {
        long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (!open.isEmpty()) {
            assertThat(System.nanoTime()).as("connections are closed").isLessThan(limit);
            await(() -> vertx.timer(10));
        }
    }

    private <T> T await(Supplier<Future<T>> work) {
        Promise<T> done = Promise.promise();
        context.runOnContext(turn -> work.get().onComplete(done));
        try {
            return done.future().toCompletionStage().toCompletableFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        try {
            vertx.close().toCompletionStage().toCompletableFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** Messages that come after their lengths. */
    private final class Counted implements io.vertx.core.Handler<Buffer> {
        private Buffer bytes = Buffer.buffer();

        @Override
        public void handle(Buffer more) {
            bytes.appendBuffer(more);
            for (int blank = blank(); blank > 0; blank = blank()) {
                int end = blank + 1 + Integer.parseInt(bytes.getString(0, blank));
                if (bytes.length() < end) {
                    return;
                }
                messages.add(bytes.getString(blank + 1, end));
                bytes = bytes.getBuffer(end, bytes.length());
            }
        }

        private int blank() {
            for (int at = 0; at < bytes.length(); at++) {
                if (bytes.getByte(at) == ' ') {
                    return at;
                }
            }
            return -1;
        }
    }
}
