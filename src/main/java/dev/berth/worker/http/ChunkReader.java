package dev.berth.worker.http;

import io.netty.buffer.ByteBuf;

/**
 * The framing of a body in chunks. What is not body (sizes, extensions, line ends) may be little more than chunks
 * need, and trailers no more than a head: a function cannot keep a call busy with bytes that lead nowhere.
 */
final class ChunkReader {
    private static final int LINE_BYTES = 4096;
    /** What each chunk may spend on its size without being held against it. */
    private static final int FAIR_BYTES = 16;

    private static final long WASTE_BYTES = 16 * 1024;
    private static final int DIGITS = 16;
    private static final int RADIX = 16;
    private static final InvalidAnswer LONG_LINE = InvalidAnswer.of("chunk size line too long");

    private final LineReader lines;
    private final InvalidAnswer longTrailers;
    private int trailerBytes;
    private long waste;
    private long left;

    ChunkReader(LineReader lines, int trailerBytes) {
        this.lines = lines;
        this.trailerBytes = trailerBytes;
        this.longTrailers = InvalidAnswer.of("trailers of more than " + trailerBytes + " bytes");
    }

    /** Reads a chunk's size. @return whether it is there; see {@link #left()} */
    boolean size(ByteBuf in) throws InvalidAnswer {
        if (!lines.read(in, LINE_BYTES, LONG_LINE)) {
            return false;
        }
        int end = lines.trimmed(0, lines.find(';', 0));
        if (end == 0 || end > DIGITS) {
            throw malformed();
        }
        left = 0;
        for (int i = 0; i < end; i++) {
            int digit = Character.digit(lines.at(i), RADIX);
            if (digit < 0) {
                throw malformed();
            }
            left = left * RADIX + digit;
        }
        if (left < 0) {
            throw malformed();
        }
        waste = Math.max(0, waste + lines.taken() - FAIR_BYTES - 2 * Math.min(left, WASTE_BYTES));
        if (waste > WASTE_BYTES) {
            throw InvalidAnswer.of("more chunk framing than body");
        }
        return true;
    }

    /** Bytes of the chunk that are still to come; 0: this was the last chunk, or it is over. */
    long left() {
        return left;
    }

    void took(int bytes) {
        left -= bytes;
    }

    /** Reads the line end after a chunk. @return whether it is there */
    boolean end(ByteBuf in) throws InvalidAnswer {
        if (!lines.read(in, 2, malformed())) {
            return false;
        }
        if (lines.length() > 0) {
            throw malformed();
        }
        return true;
    }

    /** Reads and drops what follows the last chunk. @return whether it is over */
    boolean trailers(ByteBuf in) throws InvalidAnswer {
        while (lines.read(in, trailerBytes, longTrailers)) {
            trailerBytes -= lines.taken();
            if (lines.length() == 0) {
                return true;
            }
        }
        return false;
    }

    private static InvalidAnswer malformed() {
        return InvalidAnswer.of("malformed chunk");
    }
}
