package dev.berth.worker.http;

import io.netty.buffer.ByteBuf;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Lines out of bytes that come in pieces. A line ends with LF or CRLF, which do not belong to it. */
final class LineReader {
    private static final int FIRST_SIZE = 128;

    private byte[] line = new byte[FIRST_SIZE];
    private int taken;
    private int length;
    private boolean whole;

    /**
     * Takes bytes up to the end of a line.
     *
     * @param most bytes of this line, its end included
     * @return whether the line is whole; it can be looked at until the next call
     */
    boolean read(ByteBuf in, int most, InvalidAnswer tooLong) throws InvalidAnswer {
        if (whole) {
            whole = false;
            taken = 0;
        }
        int end = in.indexOf(in.readerIndex(), in.writerIndex(), (byte) '\n');
        int bytes = (end < 0 ? in.writerIndex() : end + 1) - in.readerIndex();
        if (bytes > most - taken) {
            throw tooLong;
        }
        if (taken + bytes > line.length) {
            line = Arrays.copyOf(line, Math.max(taken + bytes, 2 * line.length));
        }
        in.readBytes(line, taken, bytes);
        taken += bytes;
        whole = end >= 0;
        if (whole) {
            length = taken - 1;
            if (length > 0 && line[length - 1] == '\r') {
                length--;
            }
        }
        return whole;
    }

    /** Bytes that the line took on the wire. */
    int taken() {
        return taken;
    }

    int length() {
        return length;
    }

    /** A byte of the line, 0 to 255. */
    int at(int index) {
        return line[index] & 0xff;
    }

    /** The position of a character at or after another; the line's length if there is none. */
    int find(char wanted, int from) {
        int at = from;
        while (at < length && line[at] != wanted) {
            at++;
        }
        return at;
    }

    boolean blank(int index) {
        return line[index] == ' ' || line[index] == '\t';
    }

    /** The position of the first character that is not a blank. */
    int skipBlanks(int from) {
        int at = from;
        while (at < length && blank(at)) {
            at++;
        }
        return at;
    }

    /** The end of a text without the blanks that follow it. */
    int trimmed(int from, int to) {
        int end = to;
        while (end > from && blank(end - 1)) {
            end--;
        }
        return end;
    }

    String text(int from, int to, Charset charset) {
        return new String(line, from, to - from, charset);
    }

    String ascii(int from, int to) {
        return text(from, to, StandardCharsets.ISO_8859_1);
    }
}
