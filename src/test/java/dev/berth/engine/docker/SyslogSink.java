package dev.berth.engine.docker;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;

/** Takes syslog datagrams on the loopback. */
final class SyslogSink implements AutoCloseable {
    private static final int LIMIT_MILLIS = 20_000;

    private final DatagramSocket socket;

    SyslogSink() throws IOException {
        socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        socket.setSoTimeout(LIMIT_MILLIS);
    }

    String url() {
        return " udp://127.0.0.1:" + socket.getLocalPort() + " ";
    }

    String next() throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[4096], 4096);
        socket.receive(packet);
        return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        socket.close();
    }
}
