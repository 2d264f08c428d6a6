package dev.berth.call;

import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import java.util.List;
import java.util.Map;

/** Checks of a call's HTTP parts. What passes can be written to a connection as it is. */
final class HttpSyntax {
    private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";
    private static final int MAX_SHOWN = 200;
    private static final String NOT_IN_HOST = " \"<>\\^`{|}";

    private HttpSyntax() {}

    /** Fails with INVALID_METHOD unless it is an HTTP token. */
    static String checkMethod(String method) {
        if (!isToken(method)) {
            throw ErrorCode.INVALID_METHOD.exception("Invalid HTTP method: " + printable(method));
        }
        return method;
    }

    /** Fails with INVALID_HEADER on names that are no tokens, and values with control characters. */
    static void checkHeaders(Map<String, List<String>> headers) {
        headers.forEach((name, values) -> {
            if (!isToken(name)) {
                throw ErrorCode.INVALID_HEADER.exception("Invalid HTTP header name: " + printable(name));
            }
            for (String value : values) {
                if (!isFieldValue(value)) {
                    throw ErrorCode.INVALID_HEADER.exception("Invalid HTTP header value: " + name);
                }
            }
        });
    }

    /**
     * Fails with INVALID_URL on control characters, a missing or broken scheme, a broken host or port, and
     * broken percent-escapes in host or path. Lenient otherwise: functions may get what browsers send.
     */
    static String checkUrl(String url) {
        for (int i = 0; i < url.length(); i++) {
            if (isControl(url.charAt(i))) {
                throw invalid(url);
            }
        }
        String rest = cutAt(cutAt(url, '#'), '?');
        int scheme = schemeLength(rest);
        if (scheme < 0) {
            throw invalid(url);
        }
        rest = rest.substring(scheme == 0 ? 0 : scheme + 1);
        if (scheme == 0 && !rest.startsWith("/") && cutAt(rest, '/').indexOf(':') >= 0) {
            throw invalid(url);
        }
        if (rest.startsWith("//") && !isAuthority(cutAt(rest.substring(2), '/'))) {
            throw invalid(url);
        }
        if (!escapesAreWhole(rest)) {
            throw invalid(url);
        }
        return url;
    }

    /** Length of the scheme; 0: there is none; -1: a colon with nothing before it. */
    private static int schemeLength(String url) {
        for (int i = 0; i < url.length(); i++) {
            char c = url.charAt(i);
            if (c == ':') {
                return i == 0 ? -1 : i;
            }
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            boolean later = i > 0 && ((c >= '0' && c <= '9') || "+-.".indexOf(c) >= 0);
            if (!letter && !later) {
                return 0;
            }
        }
        return 0;
    }

    private static boolean isAuthority(String authority) {
        String host = authority.substring(authority.lastIndexOf('@') + 1);
        for (int i = 0; i < host.length(); i++) {
            if (NOT_IN_HOST.indexOf(host.charAt(i)) >= 0) {
                return false;
            }
        }
        int bracket = host.lastIndexOf(']');
        if (host.startsWith("[") != (bracket >= 0)) {
            return false;
        }
        int colon = host.indexOf(':', bracket + 1);
        return colon < 0 || areDigits(host, colon + 1);
    }

    private static boolean areDigits(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    private static boolean escapesAreWhole(String text) {
        for (int i = text.indexOf('%'); i >= 0; i = text.indexOf('%', i + 1)) {
            if (i + 2 >= text.length() || !isHex(text.charAt(i + 1)) || !isHex(text.charAt(i + 2))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isToken(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!alphanumeric && TOKEN_MARKS.indexOf(c) < 0) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    private static boolean isFieldValue(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (isControl(text.charAt(i)) && text.charAt(i) != '\t') {
                return false;
            }
        }
        return true;
    }

    private static boolean isControl(char c) {
        return c < ' ' || c == 0x7F;
    }

    /** Whether there is a control character in it, of ASCII or of those after it. */
    static boolean hasControl(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isISOControl(text.charAt(i))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isHex(char c) {
        return Character.digit(c, 16) >= 0 && c < 0x80;
    }

    private static String cutAt(String text, char mark) {
        int at = text.indexOf(mark);
        return at < 0 ? text : text.substring(0, at);
    }

    private static RunnerException invalid(String url) {
        return ErrorCode.INVALID_URL.exception("Invalid URL: " + printable(url));
    }

    /** The start of a text that may be anything, fit for an error message. */
    static String printable(String text) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < Math.min(text.length(), MAX_SHOWN); i++) {
            shown.append(Character.isISOControl(text.charAt(i)) ? '?' : text.charAt(i));
        }
        return shown.toString();
    }
}
