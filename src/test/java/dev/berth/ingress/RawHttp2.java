package dev.berth.ingress;

import dev.berth.proto.ClientMsg;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** HTTP/2 frames by hand, for what no client library lets one say. */
public final class RawHttp2 implements AutoCloseable {
    public static final int DATA = 0;
    public static final int HEADERS = 1;
    public static final int RST_STREAM = 3;
    public static final int GOAWAY = 7;
    private static final int SETTINGS = 4;
    public static final int WINDOW_UPDATE = 8;
    private static final int CONTINUATION = 9;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final int ANY = -2;
    private static final int MAX_FRAME = 16 * 1024;
    private static final int PREFIX = 5;
    private static final String[] ENGAGE = {
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

    private final Socket socket;
    private final DataInputStream in;
    private @Nullable ByteArrayOutputStream held;
    private int length;
    private int flags;

    public RawHttp2(Socket socket) throws IOException {
        this(socket, new byte[0]);
    }

    /** @param settings the payload of the first SETTINGS frame */
    public RawHttp2(Socket socket, byte[] settings) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(20_000);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
        socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        frame(SETTINGS, 0, 0, settings);
    }

    public void frame(int type, int flags, int stream, byte[] payload) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(payload.length >> 16);
        out.write(payload.length >> 8);
        out.write(payload.length);
        out.write(type);
        out.write(flags);
        out.write(stream >> 24);
        out.write(stream >> 16);
        out.write(stream >> 8);
        out.write(stream);
        out.writeBytes(payload);
        if (held != null) {
            held.writeBytes(out.toByteArray());
        } else {
            socket.getOutputStream().write(out.toByteArray());
        }
    }

    /** A gRPC message as DATA frames carry it. */
    public static byte[] message(ClientMsg message) {
        byte[] bytes = message.toByteArray();
        return ByteBuffer.allocate(PREFIX + bytes.length)
                .put((byte) 0)
                .putInt(bytes.length)
                .put(bytes)
                .array();
    }

    /** Keeps the frames that follow, until they are sent together. */
    public void hold() {
        held = new ByteArrayOutputStream();
    }

    public void sendHeld() throws IOException {
        byte[] frames = held == null ? new byte[0] : held.toByteArray();
        held = null;
        socket.getOutputStream().write(frames);
    }

    /** Opens an Engage stream with further metadata. */
    public void engage(int stream, String... more) throws IOException {
        String[] all = Arrays.copyOf(ENGAGE, ENGAGE.length + more.length);
        System.arraycopy(more, 0, all, ENGAGE.length, more.length);
        headers(stream, all);
    }

    /** Opens a stream: names and values by turns, each written out literally. */
    public void headers(int stream, String... namesAndValues) throws IOException {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            block.write(0);
            literal(block, namesAndValues[i]);
            literal(block, namesAndValues[i + 1]);
        }
        byte[] all = block.toByteArray();
        for (int at = 0; at == 0 || at < all.length; at += MAX_FRAME) {
            int end = Math.min(all.length, at + MAX_FRAME);
            frame(
                    at == 0 ? HEADERS : CONTINUATION,
                    end == all.length ? END_HEADERS : 0,
                    stream,
                    Arrays.copyOfRange(all, at, end));
        }
    }

    private static void literal(ByteArrayOutputStream block, String text) {
        int length = text.length();
        if (length < 127) {
            block.write(length);
        } else {
            block.write(127);
            int rest = length - 127;
            for (; rest >= 128; rest >>= 7) {
                block.write(rest & 127 | 128);
            }
            block.write(rest);
        }
        block.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Frames up to the one of this type for the stream, or GOAWAY; whether it came. */
    public boolean awaits(int type, int stream) throws IOException {
        int next;
        do {
            next = nextOf(stream);
        } while (next != type && next != GOAWAY);
        return next == type;
    }

    /** The type of the next frame that belongs to a stream, or GOAWAY. Fails at what is no frame. */
    public int nextOf(int stream) throws IOException {
        while (true) {
            length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
            int type = in.readUnsignedByte();
            flags = in.readUnsignedByte();
            int of = in.readInt();
            if (type > CONTINUATION || length > MAX_FRAME) {
                throw new IOException("frame of type %d with %d bytes".formatted(type, length));
            }
            in.skipNBytes(length);
            if (of == stream || type == GOAWAY || stream == ANY && of > 0) {
                return type;
            }
        }
    }

    /** Frames up to the end of as many streams, whichever. */
    public void awaitsEnds(int streams) throws IOException {
        for (int ended = 0; ended < streams; ) {
            int type = nextOf(ANY);
            if (type == GOAWAY) {
                throw new IOException("GOAWAY");
            }
            ended += (type == HEADERS || type == DATA) ? flags & END_STREAM : 0;
        }
    }

    /** Bytes in the frame that was read last. */
    public int length() {
        return length;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
