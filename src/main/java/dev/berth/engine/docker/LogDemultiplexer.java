package dev.berth.engine.docker;

import io.vertx.core.buffer.Buffer;

/**
 * Takes apart the one stream in which an engine sends a container's outputs: frames of a header of eight bytes
 * (stream, three zeros, length) and that many bytes. Pieces are handed on as they come, however the stream is
 * cut, so nothing but a header is ever kept. Every piece owns its bytes.
 */
final class LogDemultiplexer {
    static final int STDIN = 0;
    static final int STDOUT = 1;
    static final int STDERR = 2;

    private static final int HEADER = 8;

    private final Sink sink;
    private final byte[] header = new byte[HEADER];
    private int headerBytes;
    private int stream;
    private long left;

    /** Takes pieces of {@link #STDOUT} and {@link #STDERR}. */
    @FunctionalInterface
    interface Sink {
        void piece(int stream, Buffer bytes);
    }

    LogDemultiplexer(Sink sink) {
        this.sink = sink;
    }

    /** @throws IllegalArgumentException if this is no such stream */
    void feed(Buffer chunk) {
        int at = 0;
        while (at < chunk.length()) {
            if (left == 0) {
                at = readHeader(chunk, at);
            } else {
                int end = (int) Math.min(chunk.length(), at + left);
                if (stream != STDIN) {
                    sink.piece(stream, chunk.getBuffer(at, end));
                }
                left -= end - at;
                at = end;
            }
        }
    }

    private int readHeader(Buffer chunk, int from) {
        int at = from;
        while (headerBytes < HEADER && at < chunk.length()) {
            header[headerBytes++] = chunk.getByte(at++);
        }
        if (headerBytes == HEADER) {
            headerBytes = 0;
            stream = header[0];
            if (stream < STDIN || stream > STDERR || header[1] != 0 || header[2] != 0 || header[3] != 0) {
                throw new IllegalArgumentException("not a frame of container output");
            }
            left = Buffer.buffer(header).getUnsignedInt(4);
        }
        return at;
    }
}
