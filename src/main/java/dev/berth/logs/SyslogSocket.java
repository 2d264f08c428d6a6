package dev.berth.logs;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.datagram.DatagramSocket;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;

/** An open way to a syslog server. Confined to the context it was opened on. */
interface SyslogSocket {
    /** Whether several messages may go out in one buffer. */
    boolean joins();

    /** A message as it is to be on the way, so that the server finds its end. */
    Buffer frame(Buffer message);

    /** Completes when the bytes have left this process. */
    Future<Void> send(Buffer framed);

    Future<Void> close();

    /** A message is a packet. */
    record Packets(DatagramSocket socket, String host, int port) implements SyslogSocket {
        @Override
        public boolean joins() {
            return false;
        }

        @Override
        public Buffer frame(Buffer message) {
            return message;
        }

        @Override
        public Future<Void> send(Buffer framed) {
            return socket.send(framed, port, host);
        }

        @Override
        public Future<Void> close() {
            return socket.close();
        }
    }

    /** A message ends with a line feed. */
    record Lines(NetSocket socket) implements SyslogSocket {
        @Override
        public boolean joins() {
            return true;
        }

        @Override
        public Buffer frame(Buffer message) {
            return message.appendByte((byte) '\n');
        }

        @Override
        public Future<Void> send(Buffer framed) {
            return socket.write(framed);
        }

        @Override
        public Future<Void> close() {
            return socket.close();
        }
    }

    /** A message comes after its length, as RFC 5425 wants it over TLS. */
    record Counted(NetSocket socket) implements SyslogSocket {
        @Override
        public boolean joins() {
            return true;
        }

        @Override
        public Buffer frame(Buffer message) {
            byte[] length = (message.length() + " ").getBytes(StandardCharsets.US_ASCII);
            return Buffer.buffer(length.length + message.length())
                    .appendBytes(length)
                    .appendBuffer(message);
        }

        @Override
        public Future<Void> send(Buffer framed) {
            return socket.write(framed);
        }

        @Override
        public Future<Void> close() {
            return socket.close();
        }
    }
}
