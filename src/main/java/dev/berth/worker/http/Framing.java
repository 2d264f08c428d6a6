package dev.berth.worker.http;

import dev.berth.call.Header;
import java.util.ArrayList;
import java.util.List;

/**
 * How the end of an answer's body is found: by the rules of HTTP/1.1, and where they leave a choice as the
 * client that functions were written against takes it.
 */
final class Framing {
    private static final String LENGTH = "Content-Length";
    private static final String ENCODING = "Transfer-Encoding";
    private static final int FIRST_FINAL = 200;
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;
    private static final long UNKNOWN = -1;
    /** Digits of the largest length. */
    private static final int DIGITS = 19;

    private Framing() {}

    static AnswerHead of(int status, List<Header> headers, boolean http11, boolean toHead) throws InvalidAnswer {
        boolean chunked = http11 && chunked(headers);
        List<Header> told = headers;
        long length = UNKNOWN;
        if (chunked) {
            told = without(headers);
        } else {
            length = length(headers);
            if (length >= 0) {
                told = once(headers);
            }
        }
        boolean empty = toHead || status < FIRST_FINAL || status == NO_CONTENT || status == NOT_MODIFIED;
        AnswerHead.Body body;
        if (empty) {
            body = AnswerHead.Body.NONE;
        } else if (chunked) {
            body = AnswerHead.Body.CHUNKED;
        } else {
            body = length >= 0 ? AnswerHead.Body.SIZED : AnswerHead.Body.TO_END;
        }
        boolean persistent = body != AnswerHead.Body.TO_END && persistent(headers, http11);
        return new AnswerHead(status, told, body, body == AnswerHead.Body.SIZED ? length : 0, persistent);
    }

    private static boolean persistent(List<Header> headers, boolean http11) {
        return !AnswerHead.hasToken(headers, "Connection", "close")
                && (http11 || AnswerHead.hasToken(headers, "Connection", "keep-alive"));
    }

    private static boolean chunked(List<Header> headers) throws InvalidAnswer {
        boolean chunked = false;
        for (Header header : headers) {
            if (header.name().equalsIgnoreCase(ENCODING)) {
                if (chunked || !header.value().equalsIgnoreCase("chunked")) {
                    throw InvalidAnswer.of("unsupported transfer encoding");
                }
                chunked = true;
            }
        }
        return chunked;
    }

    private static long length(List<Header> headers) throws InvalidAnswer {
        long length = UNKNOWN;
        for (Header header : headers) {
            if (header.name().equalsIgnoreCase(LENGTH)) {
                long one = length(header.value());
                if (length >= 0 && one != length) {
                    throw InvalidAnswer.of("more than one Content-Length");
                }
                length = one;
            }
        }
        return length;
    }

    private static long length(String value) throws InvalidAnswer {
        boolean digits = !value.isEmpty() && value.length() <= DIGITS;
        for (int i = 0; digits && i < value.length(); i++) {
            digits = value.charAt(i) >= '0' && value.charAt(i) <= '9';
        }
        if (digits) {
            try {
                return Long.parseLong(value);
            } catch (NumberFormatException tooLarge) {
                // As any other text that is no length.
            }
        }
        throw InvalidAnswer.of("bad Content-Length");
    }

    private static List<Header> without(List<Header> headers) {
        List<Header> kept = new ArrayList<>(headers);
        kept.removeIf(header -> header.name().equalsIgnoreCase(LENGTH));
        return kept;
    }

    private static List<Header> once(List<Header> headers) {
        List<Header> kept = new ArrayList<>(headers.size());
        boolean seen = false;
        for (Header header : headers) {
            boolean length = header.name().equalsIgnoreCase(LENGTH);
            if (!length || !seen) {
                kept.add(header);
            }
            seen |= length;
        }
        return kept;
    }
}
