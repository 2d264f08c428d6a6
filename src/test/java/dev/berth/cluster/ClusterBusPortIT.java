package dev.berth.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cluster.NodeProcess.Ports;
import dev.berth.port.TestCertificates;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Strangers at the bus port of a node with certificates: nothing that they send is kept, and the node lives. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class ClusterBusPortIT {
    private static final int CALLERS = 200;
    private static final int GARBAGE = 256 << 10;
    /** All that was sent is fifty MiB, and a length of 2 GiB was told two hundred times. */
    private static final long MOST_MORE_KIB = 48 << 10;

    private static final int PATIENCE_MILLIS = 30_000;

    @TempDir
    static Path folder;

    private static final Ports PORTS = Ports.free();
    private static NodeProcess node;

    @BeforeAll
    static void start() throws Exception {
        TestCertificates authority = new TestCertificates(folder, "cluster");
        TestCertificates.Identity identity = authority.issue("node-a");
        node = NodeProcess.member(
                folder,
                "node-a",
                PORTS,
                "127.0.0.1:" + PORTS.member(),
                List.of(
                        "cluster.tls.certificate=" + identity.certificate(),
                        "cluster.tls.key=" + identity.key(),
                        "cluster.tls.authority=" + authority.authority));
        node.port();
    }

    @AfterAll
    static void stop() throws Exception {
        node.signal("TERM");
        assertThat(node.awaitEnd()).noneMatch(line -> line.contains("OutOfMemory"));
        assertThat(node.exitCode()).isZero();
        node.close();
    }

    private static Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), PORTS.bus());
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    private static long residentKib() throws IOException {
        return Files.readAllLines(Path.of("/proc/" + node.pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }

    /** Until the other side has closed; what TLS says before it does is passed over. */
    private static void assertClosed(Socket socket) throws IOException {
        try (socket) {
            socket.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
        } catch (java.net.SocketTimeoutException open) {
            throw new AssertionError("still open after " + PATIENCE_MILLIS + " ms", open);
        } catch (IOException reset) {
            // As good as closed.
        }
    }

    private static void assertRefused(byte[] first) throws IOException {
        Socket socket = connect();
        try {
            socket.getOutputStream().write(first);
            socket.getOutputStream().flush();
        } catch (IOException closedMeanwhile) {
            // As it should.
        }
        assertClosed(socket);
    }

    @Test
    void garbageAndLengthsOfTwoGibibytesAreClosedAndTakeNoMemory() throws Exception {
        byte[] garbage = new byte[GARBAGE];
        new Random(1).nextBytes(garbage);
        byte[] absurd =
                ByteBuffer.allocate(GARBAGE).putInt(Integer.MAX_VALUE).putInt(1).array();
        assertRefused(garbage);
        assertRefused(absurd);
        long before = residentKib();

        for (int i = 0; i < CALLERS; i++) {
            assertRefused(i % 2 == 0 ? garbage : absurd);
        }

        System.err.printf("resident: %d KiB, then %d KiB%n", before, residentKib());
        assertThat(residentKib() - before).isLessThan(MOST_MORE_KIB);
    }

    /** The beginning of a greeting of TLS that says that more comes. */
    @Test
    void halfFramesAreClosedAfterAWhile() throws Exception {
        byte[] half = {22, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3};
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Socket socket = connect();
            socket.getOutputStream().write(half);
            socket.getOutputStream().flush();
            sockets.add(socket);
        }
        for (Socket socket : sockets) {
            assertClosed(socket);
        }
    }

    @Test
    void whoeverHasNoCertificateIsClosedBeforeAnyMessage() throws Exception {
        SSLContext anybody = SSLContext.getInstance("TLS");
        anybody.init(null, new TrustManager[] {new Trusting()}, new SecureRandom());
        SSLSocket socket =
                (SSLSocket) anybody.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), PORTS.bus());
        socket.setSoTimeout(PATIENCE_MILLIS);
        try {
            socket.startHandshake();
            // With TLS 1.3 the caller learns only by reading that he is not wanted.
            socket.getOutputStream().write("anything".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException refused) {
            // As it should.
        }
        assertClosed(socket);
    }

    private static final class Trusting implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
