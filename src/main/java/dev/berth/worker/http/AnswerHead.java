package dev.berth.worker.http;

import dev.berth.call.Header;
import java.util.List;

/**
 * The head of an answer.
 *
 * @param status of three digits, 100 and above; of those below 200 only 101
 * @param headers as they came, but for lengths: none of an answer in chunks, and one where the same is repeated.
 *     Values are UTF-8; what is not counts as replacement characters
 * @param body how the body's end is found
 * @param length bytes of a {@link Body#SIZED} body, else 0
 * @param persistent whether the connection can take another request once the answer is over
 */
public record AnswerHead(int status, List<Header> headers, Body body, long length, boolean persistent) {
    /** How the end of a body is found. */
    public enum Body {
        NONE,
        SIZED,
        CHUNKED,
        TO_END
    }

    /** Whether one of the values of this name is, or lists, this token. */
    static boolean hasToken(List<Header> headers, String name, String token) {
        for (Header header : headers) {
            if (header.name().equalsIgnoreCase(name) && lists(header.value(), token)) {
                return true;
            }
        }
        return false;
    }

    private static boolean lists(String value, String token) {
        for (String part : value.split(",", -1)) {
            if (part.strip().equalsIgnoreCase(token)) {
                return true;
            }
        }
        return false;
    }
}
