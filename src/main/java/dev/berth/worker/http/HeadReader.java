package dev.berth.worker.http;

import dev.berth.call.Header;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the head of an answer. Interim answers before it are skipped, and count against its limits, so that a
 * function cannot send them without end.
 */
final class HeadReader {
    /** Far more than any answer needs, and little enough to be read in one turn of an event loop. */
    static final int MAX_HEADERS = 10_000;

    private static final int NO_STATUS = -1;
    private static final int FIRST_STATUS = 100;
    private static final int SWITCHING_PROTOCOLS = 101;
    private static final int FIRST_FINAL = 200;
    private static final String VERSION = "HTTP/d.d ";

    private final LineReader lines;
    private final boolean toHead;
    private final InvalidAnswer tooLarge;
    private int bytesLeft;
    private int headersLeft = MAX_HEADERS;
    private int status = NO_STATUS;
    private boolean http11;
    private List<Header> headers = new ArrayList<>();
    private @Nullable String name;
    private String value = "";
    private @Nullable StringBuilder folded;

    /** @param bytes of the head, the interim ones included */
    HeadReader(LineReader lines, boolean toHead, int bytes) {
        this.lines = lines;
        this.toHead = toHead;
        this.bytesLeft = bytes;
        this.tooLarge = InvalidAnswer.tooLarge("headers of more than " + bytes + " bytes");
    }

    /** The head, once it is whole. */
    @Nullable
    AnswerHead read(ByteBuf in) throws InvalidAnswer {
        while (lines.read(in, bytesLeft, tooLarge)) {
            bytesLeft -= lines.taken();
            if (status == NO_STATUS) {
                // Empty lines before an answer are a mistake without consequence.
                if (lines.length() > 0) {
                    statusLine();
                }
            } else if (lines.length() > 0) {
                headerLine();
            } else {
                closeHeader();
                if (!interim()) {
                    return Framing.of(status, headers, http11, toHead);
                }
                status = NO_STATUS;
                headers = new ArrayList<>();
            }
        }
        return null;
    }

    private boolean interim() {
        return status < FIRST_FINAL && status != SWITCHING_PROTOCOLS;
    }

    private void statusLine() throws InvalidAnswer {
        int at = VERSION.length();
        if (lines.length() < at || !lines.ascii(0, 5).equals("HTTP/") || lines.at(6) != '.' || lines.at(8) != ' ') {
            throw InvalidAnswer.of("malformed HTTP response");
        }
        int major = digit(5, "malformed HTTP version");
        int minor = digit(7, "malformed HTTP version");
        http11 = major > 1 || (major == 1 && minor > 0);
        at = lines.skipBlanks(at);
        int end = lines.find(' ', at);
        if (end - at != 3) {
            throw malformedStatus();
        }
        status = 0;
        for (; at < end; at++) {
            status = status * 10 + digit(at, "malformed HTTP status code");
        }
        if (status < FIRST_STATUS) {
            throw malformedStatus();
        }
    }

    private static InvalidAnswer malformedStatus() {
        return InvalidAnswer.of("malformed HTTP status code");
    }

    private int digit(int at, String otherwise) throws InvalidAnswer {
        int digit = lines.at(at) - '0';
        if (digit < 0 || digit > 9) {
            throw InvalidAnswer.of(otherwise);
        }
        return digit;
    }

    private void headerLine() throws InvalidAnswer {
        if (--headersLeft < 0) {
            throw InvalidAnswer.tooLarge("more than " + MAX_HEADERS + " headers");
        }
        if (lines.blank(0)) {
            fold();
            return;
        }
        closeHeader();
        int colon = lines.find(':', 0);
        int end = lines.trimmed(0, colon);
        if (colon == lines.length() || end == 0) {
            throw InvalidAnswer.of("malformed header");
        }
        for (int i = 0; i < end; i++) {
            if (!tokenCharacter(lines.at(i))) {
                throw InvalidAnswer.of("malformed header name");
            }
        }
        name = lines.ascii(0, end);
        value = valueFrom(colon + 1);
    }

    /** A line that begins with a blank goes on with the header before it. */
    private void fold() throws InvalidAnswer {
        if (name == null) {
            throw InvalidAnswer.of("malformed header");
        }
        if (folded == null) {
            folded = new StringBuilder(value);
        }
        if (!folded.isEmpty()) {
            folded.append(' ');
        }
        folded.append(valueFrom(0));
    }

    private String valueFrom(int colon) throws InvalidAnswer {
        int from = lines.skipBlanks(colon);
        int to = lines.trimmed(from, lines.length());
        for (int i = from; i < to; i++) {
            if (lines.at(i) == 0 || lines.at(i) == '\r') {
                throw InvalidAnswer.of("malformed header value");
            }
        }
        return lines.text(from, to, StandardCharsets.UTF_8);
    }

    private void closeHeader() {
        if (name != null) {
            headers.add(new Header(name, folded == null ? value : folded.toString()));
            name = null;
            folded = null;
        }
    }

    private static boolean tokenCharacter(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
    }
}
