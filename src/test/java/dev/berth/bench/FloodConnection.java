package dev.berth.bench;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * An HTTP/2 connection that keeps as many Engage streams open as it is told, and sends on each what its windows allow:
 * an ended stream is opened anew some seconds later. By hand, since client libraries have limits of their own. Used on one
 * event loop.
 */
final class FloodConnection {
    /**
     * What each stream does.
     *
     * @param bytes its gRPC messages one after the other
     * @param bytesPerSecond how fast they are sent; 0: as fast as they are taken
     * @param reads whether it takes anything of an answer
     */
    record Stream(byte[] bytes, int bytesPerSecond, boolean reads) {}

    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int WINDOW_UPDATE = 8;
    private static final int ACK = 1;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final int INITIAL_WINDOW = 4;
    private static final int FRAME_HEAD = 9;
    private static final int MAX_FRAME = 16 * 1024;
    private static final long AGAIN_MILLIS = 5000;
    private static final Buffer HEAD = Buffer.buffer(head());

    private final Vertx vertx;
    private final NetSocket socket;
    private final Stream kind;
    private final Map<Integer, Open> streams = new HashMap<>();
    private Buffer unread = Buffer.buffer();
    private long window = 65_535;
    private int initialWindow = 65_535;
    private int nextId = 1;
    private long ended;

    private static final class Open {
        long window;
        int sent;
        long allowed;
    }

    FloodConnection(Vertx vertx, NetSocket socket, Stream kind, int count) {
        this.vertx = vertx;
        this.socket = socket;
        this.kind = kind;
        socket.exceptionHandler(gone -> {});
        socket.write(Buffer.buffer("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
        frame(
                SETTINGS,
                0,
                0,
                kind.reads
                        ? Buffer.buffer()
                        : Buffer.buffer().appendShort((short) INITIAL_WINDOW).appendInt(0));
        socket.handler(this::read);
        socket.drainHandler(v -> sendAll());
        for (int i = 0; i < count; i++) {
            open();
        }
        if (kind.bytesPerSecond > 0) {
            long timer = vertx.setPeriodic(1000, tick -> {
                streams.values().forEach(stream -> stream.allowed += kind.bytesPerSecond);
                sendAll();
            });
            socket.closeHandler(closed -> vertx.cancelTimer(timer));
        }
    }

    private static byte[] head() {
        String[] fields = {
            ":method",
            "POST",
            ":scheme",
            "http",
            ":path",
            "/RunnerProtocol/Engage",
            ":authority",
            "x",
            "content-type",
            "application/grpc",
            "te",
            "trailers"
        };
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (int i = 0; i < fields.length; i += 2) {
            block.write(0);
            for (int j = i; j < i + 2; j++) {
                byte[] text = fields[j].getBytes(StandardCharsets.US_ASCII);
                block.write(text.length);
                block.writeBytes(text);
            }
        }
        return block.toByteArray();
    }

    /** Streams that have ended, by whatever means. */
    long ended() {
        return ended;
    }

    void close() {
        socket.close();
    }

    private void open() {
        Open stream = new Open();
        stream.window = initialWindow;
        stream.allowed = kind.bytesPerSecond > 0 ? 0 : kind.bytes.length;
        int id = nextId;
        nextId += 2;
        streams.put(id, stream);
        frame(HEADERS, END_HEADERS, id, HEAD);
        send(id, stream);
    }

    private void sendAll() {
        streams.forEach(this::send);
    }

    private void send(int id, Open stream) {
        while (!socket.writeQueueFull()) {
            long left = Math.min(stream.allowed, kind.bytes.length) - stream.sent;
            int length = (int) Math.min(Math.min(left, MAX_FRAME), Math.min(window, stream.window));
            if (length <= 0) {
                return;
            }
            frame(DATA, 0, id, Buffer.buffer().appendBytes(kind.bytes, stream.sent, length));
            stream.sent += length;
            stream.window -= length;
            window -= length;
        }
    }

    private void frame(int type, int flags, int id, Buffer payload) {
        socket.write(Buffer.buffer()
                .appendMedium(payload.length())
                .appendByte((byte) type)
                .appendByte((byte) flags)
                .appendInt(id)
                .appendBuffer(payload));
    }

    private void read(Buffer bytes) {
        unread.appendBuffer(bytes);
        int at = 0;
        while (unread.length() - at >= FRAME_HEAD) {
            int length = unread.getUnsignedMedium(at);
            if (unread.length() - at - FRAME_HEAD < length) {
                break;
            }
            int start = at + FRAME_HEAD;
            take(unread.getByte(at + 3), unread.getByte(at + 4), unread.getInt(at + 5), start, length);
            at = start + length;
        }
        unread = unread.getBuffer(at, unread.length());
    }

    private void take(int type, int flags, int id, int start, int length) {
        switch (type) {
            case SETTINGS -> {
                if ((flags & ACK) == 0) {
                    settings(start, length);
                    frame(SETTINGS, ACK, 0, Buffer.buffer());
                }
            }
            case PING -> {
                if ((flags & ACK) == 0) {
                    frame(PING, ACK, 0, unread.getBuffer(start, start + length));
                }
            }
            case WINDOW_UPDATE -> credit(id, unread.getInt(start));
            case DATA, HEADERS -> {
                if (type == DATA && length > 0) {
                    frame(WINDOW_UPDATE, 0, 0, Buffer.buffer().appendInt(length));
                }
                if ((flags & END_STREAM) != 0) {
                    end(id, true);
                }
            }
            case RST_STREAM -> end(id, false);
            default -> {}
        }
    }

    private void settings(int start, int length) {
        for (int at = start; at < start + length; at += 6) {
            if (unread.getUnsignedShort(at) == INITIAL_WINDOW) {
                int now = unread.getInt(at + 2);
                streams.values().forEach(stream -> stream.window += now - initialWindow);
                initialWindow = now;
            }
        }
        sendAll();
    }

    private void credit(int id, int bytes) {
        if (id == 0) {
            window += bytes;
            sendAll();
        } else {
            Open stream = streams.get(id);
            if (stream != null) {
                stream.window += bytes;
                send(id, stream);
            }
        }
    }

    /** As a balancer does, it resets what has been answered. */
    private void end(int id, boolean answered) {
        if (streams.remove(id) != null) {
            ended++;
            if (answered) {
                frame(RST_STREAM, 0, id, Buffer.buffer().appendInt(8));
            }
            vertx.setTimer(AGAIN_MILLIS, due -> open());
        }
    }
}
