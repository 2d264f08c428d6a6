package dev.berth.rehearsal;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Makes calls in rounds: in each, a call follows on every one that has ended, until there are enough; the next round
 * begins when all have ended. Blocks, on a thread of its own; ends when that thread is interrupted.
 */
final class Balancer {
    private static final int STREAMS = 8;
    private static final int CALLS = 16;
    /** One round in so many has a single call. */
    private static final int ALONE = 4;
    /** One round in so many has all its calls at once: tables and queues grow. */
    private static final int CROWDED = 16;

    private static final int CROWD = 24;
    /** After so many rounds the compiler is to catch up. */
    private static final int BURST = 20;
    /** After so many it stands still for so long that idle containers are paused. */
    private static final int REST_EVERY = 80;

    private static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(150);
    private static final int READ = 64 * 1024;

    private final SocketChannel connection;
    private final Pace pace;
    private final ByteBuffer in = ByteBuffer.allocateDirect(READ);
    private int nextStream = 1;

    private Balancer(SocketChannel connection, Pace pace) {
        this.connection = connection;
        this.pace = pace;
    }

    static void play(int port, Pace pace) throws IOException {
        InetSocketAddress runner = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        try (SocketChannel connection = SocketChannel.open(runner)) {
            connection.setOption(StandardSocketOptions.TCP_NODELAY, true);
            new Balancer(connection, pace).play();
        }
    }

    private void play() throws IOException {
        in.flip();
        send(CallFrames.opening());
        int round = 0;
        for (int count = calls(round); count > 0; count = calls(round)) {
            round(count, round % CROWDED == CROWDED - 1 ? CROWD : STREAMS);
            round++;
            if (round % REST_EVERY == 0) {
                LockSupport.parkNanos(REST_NANOS);
            }
            if (round % BURST == 0) {
                pace.settle();
            }
        }
    }

    private int calls(int round) {
        if (round % CROWDED == CROWDED - 1) {
            return pace.next(CROWD);
        }
        return pace.next(round % ALONE == 0 ? 1 : CALLS);
    }

    private void round(int count, int atOnce) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int begun = Math.min(count, atOnce);
        for (int i = 0; i < begun; i++) {
            bytes.writeBytes(nextCall());
        }
        send(bytes.toByteArray());
        for (int ended = 0; ended < count; ) {
            int stream = readFrame();
            if (stream != 0) {
                ended++;
                bytes.reset();
                bytes.writeBytes(CallFrames.reset(stream));
                if (begun < count) {
                    begun++;
                    bytes.writeBytes(nextCall());
                }
                send(bytes.toByteArray());
            }
        }
    }

    private byte[] nextCall() {
        int stream = nextStream;
        nextStream += 2;
        return CallFrames.call(stream, stream / 2 % CallFrames.KINDS, stream == 1);
    }

    private void send(byte[] bytes) throws IOException {
        ByteBuffer out = ByteBuffer.wrap(bytes);
        while (out.hasRemaining()) {
            connection.write(out);
        }
    }

    /** The stream that it ended; 0: none. */
    private int readFrame() throws IOException {
        need(CallFrames.HEAD);
        int length = (in.get() & 0xff) << 16 | (in.getShort() & 0xffff);
        int type = in.get();
        int flags = in.get();
        int stream = in.getInt();
        need(length);
        in.position(in.position() + length);
        switch (type) {
            case CallFrames.SETTINGS -> {
                if ((flags & CallFrames.ACK) == 0) {
                    send(CallFrames.settingsAck());
                }
                return 0;
            }
            case CallFrames.GOAWAY -> throw new EOFException("the private runner goes away");
            case CallFrames.RST_STREAM -> {
                return stream;
            }
            case CallFrames.DATA, CallFrames.HEADERS -> {
                return (flags & CallFrames.END_STREAM) != 0 ? stream : 0;
            }
            default -> {
                return 0;
            }
        }
    }

    private void need(int count) throws IOException {
        while (in.remaining() < count) {
            in.compact();
            int read = connection.read(in);
            in.flip();
            if (read < 0) {
                throw new EOFException("the private runner has closed the connection");
            }
        }
    }
}
