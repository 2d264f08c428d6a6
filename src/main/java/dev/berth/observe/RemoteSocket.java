package dev.berth.observe;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** Where lines go over the network. Blocking; for one thread. */
interface RemoteSocket {
    void send(byte[] line) throws IOException;

    void close();

    /** Resolves the host and, for tcp, connects. */
    static RemoteSocket open(URI url) throws IOException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(url.getHost()), url.getPort());
        return switch (url.getScheme()) {
            case "udp" -> new Udp(address);
            case "tcp" -> new Tcp(address);
            default -> throw new IOException("no syslog over " + url.getScheme());
        };
    }

    final class Udp implements RemoteSocket {
        /** What fits every path with room to spare would be 1 KiB; what UDP carries at all is this. */
        private static final int MAX_BYTES = 65_000;

        private final InetSocketAddress address;
        private final DatagramSocket socket;

        Udp(InetSocketAddress address) throws IOException {
            this.address = address;
            this.socket = new DatagramSocket();
        }

        @Override
        public void send(byte[] line) throws IOException {
            socket.send(new DatagramPacket(line, Math.min(line.length, MAX_BYTES), address));
        }

        @Override
        public void close() {
            socket.close();
        }
    }

    /** Connects anew after a failure, but no more than once a second: lines in between are lost. */
    final class Tcp implements RemoteSocket {
        private static final int CONNECT_MILLIS = 2_000;
        private static final long RETRY_NANOS = 1_000_000_000L;

        private final InetSocketAddress address;
        private @Nullable Socket socket;
        private long failedAt;

        Tcp(InetSocketAddress address) throws IOException {
            this.address = address;
            this.socket = connect();
        }

        @Override
        public void send(byte[] line) throws IOException {
            if (socket == null && System.nanoTime() - failedAt < RETRY_NANOS) {
                return;
            }
            try {
                if (socket == null) {
                    socket = connect();
                }
                socket.getOutputStream().write(line);
            } catch (IOException e) {
                failedAt = System.nanoTime();
                close();
                throw e;
            }
        }

        @Override
        public void close() {
            try {
                if (socket != null) {
                    socket.close();
                }
            } catch (IOException ignored) {
                // It is gone either way.
            }
            socket = null;
        }

        private Socket connect() throws IOException {
            Socket fresh = new Socket();
            try {
                fresh.connect(address, CONNECT_MILLIS);
                return fresh;
            } catch (IOException e) {
                fresh.close();
                throw e;
            }
        }
    }
}
