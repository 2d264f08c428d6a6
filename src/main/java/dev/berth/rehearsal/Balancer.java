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
 * Makes calls in rounds: sends some at once, and the next ones when all of them have ended. Blocks, on a thread of its
 * own; ends when that thread is interrupted.
 */
final class Balancer {
    private static final int STREAMS = 8;
    /** One round in so many has a single call. */
    private static final int ALONE = 4;
    /** After so many rounds it stands still for so long that idle containers are paused. */
    private static final int REST_EVERY = 200;

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
        for (int count = width(round); count > 0; count = width(round)) {
            round(count);
            round++;
            if (round % REST_EVERY == 0) {
                LockSupport.parkNanos(REST_NANOS);
            }
        }
    }

    private int width(int round) {
        return pace.next(round % ALONE == 0 ? 1 : STREAMS);
    }

    private void round(int count) throws IOException {
        ByteArrayOutputStream calls = new ByteArrayOutputStream();
        ByteArrayOutputStream resets = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            int stream = nextStream;
            nextStream += 2;
            calls.writeBytes(CallFrames.call(stream, stream / 2 % CallFrames.KINDS, stream == 1));
            resets.writeBytes(CallFrames.reset(stream));
        }
        send(calls.toByteArray());
        for (int ended = 0; ended < count; ) {
            ended += readFrame() ? 1 : 0;
        }
        send(resets.toByteArray());
    }

    private void send(byte[] bytes) throws IOException {
        ByteBuffer out = ByteBuffer.wrap(bytes);
        while (out.hasRemaining()) {
            connection.write(out);
        }
    }

    /** Whether it ended a stream. */
    private boolean readFrame() throws IOException {
        need(CallFrames.HEAD);
        int length = (in.get() & 0xff) << 16 | (in.getShort() & 0xffff);
        int type = in.get();
        int flags = in.get();
        in.getInt();
        need(length);
        in.position(in.position() + length);
        switch (type) {
            case CallFrames.SETTINGS -> {
                if ((flags & CallFrames.ACK) == 0) {
                    send(CallFrames.settingsAck());
                }
                return false;
            }
            case CallFrames.GOAWAY -> throw new EOFException("the private runner goes away");
            case CallFrames.RST_STREAM -> {
                return true;
            }
            case CallFrames.DATA, CallFrames.HEADERS -> {
                return (flags & CallFrames.END_STREAM) != 0;
            }
            default -> {
                return false;
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
