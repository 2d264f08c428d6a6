package dev.berth.worker.http;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Unpacks gzip (RFC 1952), of any number of members, a small piece at a time and only when asked: however much
 * comes out of little, no more than one piece is held. To be closed. Not thread-safe.
 */
public final class Gunzip implements AutoCloseable {
    private enum State {
        FIXED,
        EXTRA_LENGTH,
        EXTRA,
        NAME,
        COMMENT,
        CHECKSUM,
        DATA,
        TRAILER
    }

    private static final int PIECE = 16 * 1024;
    private static final int FIXED_BYTES = 10;
    private static final int TRAILER_BYTES = 8;
    private static final int MAGIC = 0x1f8b;
    private static final int DEFLATE = 8;
    private static final int HAS_CHECKSUM = 2;
    private static final int HAS_EXTRA = 4;
    private static final int HAS_NAME = 8;
    private static final int HAS_COMMENT = 16;
    private static final int RESERVED = 0xe0;

    private final Deque<byte[]> packed = new ArrayDeque<>();
    private final Inflater inflater = new Inflater(true);
    private final CRC32 crc = new CRC32();
    private final byte[] piece = new byte[PIECE];
    private final byte[] field = new byte[FIXED_BYTES];
    private State state = State.FIXED;
    private byte[] input = {};
    private int at;
    private int fieldBytes;
    private int flags;
    private int extra;
    private long size;

    /** Adds packed bytes. To be pulled out by {@link #next} before more is fed, or they are held. */
    public void feed(Buffer bytes) {
        packed.add(bytes.getBytes());
    }

    /**
     * The next piece.
     *
     * @return null if that needs more packed bytes, or there are none
     * @throws InvalidAnswer if this is not gzip
     */
    public @Nullable Buffer next() throws InvalidAnswer {
        while (at < input.length || more() || state == State.DATA) {
            if (state != State.DATA) {
                outside(input[at++] & 0xff);
                continue;
            }
            int bytes = inflate();
            if (bytes > 0) {
                return Buffer.buffer(bytes).appendBytes(piece, 0, bytes);
            }
            if (state == State.DATA && at == input.length && packed.isEmpty()) {
                return null;
            }
        }
        return null;
    }

    /** Whether what was fed ends where gzip may end. Nothing at all is fine, too. */
    public boolean complete() {
        return state == State.FIXED && fieldBytes == 0 && at == input.length && packed.isEmpty();
    }

    private boolean more() {
        byte[] next = packed.poll();
        if (next == null) {
            return false;
        }
        input = next;
        at = 0;
        return next.length > 0 || more();
    }

    private int inflate() throws InvalidAnswer {
        inflater.setInput(input, at, input.length - at);
        int bytes;
        try {
            bytes = inflater.inflate(piece);
        } catch (DataFormatException broken) {
            throw InvalidAnswer.of("broken gzip");
        }
        at = input.length - inflater.getRemaining();
        crc.update(piece, 0, bytes);
        size += bytes;
        if (inflater.finished()) {
            enter(State.TRAILER);
        } else if (inflater.needsDictionary()) {
            throw InvalidAnswer.of("gzip with a dictionary");
        }
        return bytes;
    }

    /** A byte of what surrounds the data of a member. */
    private void outside(int next) throws InvalidAnswer {
        if (state != State.CHECKSUM && state != State.TRAILER) {
            crc.update(next);
        }
        switch (state) {
            case FIXED -> {
                if (collect(next, FIXED_BYTES)) {
                    fixed();
                }
            }
            case EXTRA_LENGTH -> {
                if (collect(next, 2)) {
                    extra = number(0, 2);
                    enter(extra > 0 ? State.EXTRA : after(State.EXTRA));
                }
            }
            case EXTRA -> {
                if (--extra == 0) {
                    enter(after(State.EXTRA));
                }
            }
            case NAME, COMMENT -> {
                if (next == 0) {
                    enter(after(state));
                }
            }
            case CHECKSUM -> {
                if (collect(next, 2)) {
                    check(number(0, 2) == (int) (crc.getValue() & 0xffff), "header");
                    enter(State.DATA);
                }
            }
            case TRAILER -> {
                if (collect(next, TRAILER_BYTES)) {
                    check(number(0, 4) == (int) crc.getValue() && number(4, 4) == (int) size, "data");
                    enter(State.FIXED);
                }
            }
            case DATA -> throw new IllegalStateException("data is not read byte by byte");
        }
    }

    private void fixed() throws InvalidAnswer {
        flags = field[3] & 0xff;
        boolean known = (((field[0] & 0xff) << 8) | (field[1] & 0xff)) == MAGIC
                && field[2] == DEFLATE
                && (flags & RESERVED) == 0;
        check(known, "header");
        enter((flags & HAS_EXTRA) != 0 ? State.EXTRA_LENGTH : after(State.EXTRA));
    }

    /** The part that follows one of the header's optional parts. */
    private State after(State part) {
        if (part == State.EXTRA && (flags & HAS_NAME) != 0) {
            return State.NAME;
        }
        if (part != State.COMMENT && (flags & HAS_COMMENT) != 0) {
            return State.COMMENT;
        }
        return (flags & HAS_CHECKSUM) != 0 ? State.CHECKSUM : State.DATA;
    }

    private void enter(State next) {
        state = next;
        fieldBytes = 0;
        switch (next) {
            case DATA -> {
                inflater.reset();
                crc.reset();
                size = 0;
            }
            case FIXED -> crc.reset();
            default -> {}
        }
    }

    private boolean collect(int next, int bytes) {
        field[fieldBytes++] = (byte) next;
        return fieldBytes == bytes;
    }

    /** A number of the field, least byte first. */
    private int number(int from, int bytes) {
        int number = 0;
        for (int i = from + bytes - 1; i >= from; i--) {
            number = (number << 8) | (field[i] & 0xff);
        }
        return number;
    }

    private static void check(boolean sound, String what) throws InvalidAnswer {
        if (!sound) {
            throw InvalidAnswer.of("broken gzip " + what);
        }
    }

    @Override
    public void close() {
        packed.clear();
        input = new byte[0];
        at = 0;
        inflater.end();
    }
}
