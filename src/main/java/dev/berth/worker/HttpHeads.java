package dev.berth.worker;

import dev.berth.call.CallRequest;
import dev.berth.call.Header;
import dev.berth.call.ResponseHead;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Translates between a call's headers and the HTTP/1.1 messages exchanged with a function. Header values are
 * UTF-8 on our side; on the wire each of their bytes travels as one character.
 */
final class HttpHeads {
    private static final CharSequence CALL_ID = HttpHeaders.createOptimized("Fn-Call-Id");
    private static final CharSequence DEADLINE = HttpHeaders.createOptimized("Fn-Deadline");
    /** What functions have always seen from callers that name no agent of their own; some look at it. */
    private static final CharSequence DEFAULT_USER_AGENT = HttpHeaders.createOptimized("Go-http-client/1.1");

    private static final int LAST_ASCII = 0x7f;

    private HttpHeads() {}

    /**
     * Adds the headers of a call.
     *
     * @throws IllegalArgumentException for a name or value that cannot be an HTTP header
     */
    static void request(CallRequest call, MultiMap headers) {
        boolean userAgent = false;
        for (Header header : call.headers()) {
            String name = header.name();
            if (name.equalsIgnoreCase("User-Agent")) {
                if (!userAgent) {
                    headers.add(HttpHeaders.USER_AGENT, bytesAsChars(header.value()));
                }
                userAgent = true;
            } else if (!setByRunner(name) && !hopByHop(name, header.value())) {
                headers.add(name, bytesAsChars(header.value()));
            }
        }
        if (!userAgent) {
            headers.add(HttpHeaders.USER_AGENT, DEFAULT_USER_AGENT);
        }
        headers.add(CALL_ID, call.callId());
        headers.add(
                DEADLINE,
                Instant.ofEpochSecond(call.deadline().getEpochSecond()).toString());
    }

    static ResponseHead response(HttpClientResponse response) {
        MultiMap all = response.headers();
        List<Header> headers = new ArrayList<>(all.size());
        for (Map.Entry<String, String> header : all) {
            if (!hopByHop(header.getKey(), header.getValue())) {
                headers.add(new Header(header.getKey(), charsAsBytes(header.getValue())));
            }
        }
        return new ResponseHead(response.statusCode(), headers);
    }

    /** Whether the function will take another request on this connection. */
    static boolean keepsAlive(HttpClientResponse response) {
        String connection = response.getHeader(HttpHeaders.CONNECTION);
        if (connection == null) {
            return response.version() != HttpVersion.HTTP_1_0;
        }
        return response.version() == HttpVersion.HTTP_1_0
                ? hasToken(connection, "keep-alive")
                : !hasToken(connection, "close");
    }

    private static boolean hasToken(String list, String token) {
        if (list.equalsIgnoreCase(token)) {
            return true;
        }
        for (String part : list.split(",", -1)) {
            if (part.strip().equalsIgnoreCase(token)) {
                return true;
            }
        }
        return false;
    }

    /** Headers of a call that the runner gives itself, or that describe a connection we do not share. */
    private static boolean setByRunner(String name) {
        return switch (name.length()) {
            case 4 -> name.equalsIgnoreCase("Host");
            case 10 -> name.equalsIgnoreCase("Fn-Call-Id");
            case 11 -> name.equalsIgnoreCase("Fn-Deadline");
            case 14 -> name.equalsIgnoreCase("Content-Length");
            default -> false;
        };
    }

    /** Headers that concern one connection only. {@code TE: trailers} says something about the sender and stays. */
    private static boolean hopByHop(String name, String value) {
        return switch (name.length()) {
            case 2 -> name.equalsIgnoreCase("TE") && !value.equals("trailers");
            case 7 -> name.equalsIgnoreCase("Trailer") || name.equalsIgnoreCase("Upgrade");
            case 10 -> name.equalsIgnoreCase("Connection") || name.equalsIgnoreCase("Keep-Alive");
            case 16 -> name.equalsIgnoreCase("Proxy-Connection");
            case 17 -> name.equalsIgnoreCase("Transfer-Encoding");
            case 18 -> name.equalsIgnoreCase("Proxy-Authenticate");
            case 19 -> name.equalsIgnoreCase("Proxy-Authorization");
            default -> false;
        };
    }

    private static String bytesAsChars(String value) {
        return ascii(value) ? value : new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private static String charsAsBytes(String value) {
        return ascii(value) ? value : new String(value.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    private static boolean ascii(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) > LAST_ASCII) {
                return false;
            }
        }
        return true;
    }
}
