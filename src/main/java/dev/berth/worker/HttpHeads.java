package dev.berth.worker;

import dev.berth.call.CallRequest;
import dev.berth.call.Header;
import dev.berth.call.HopByHop;
import dev.berth.call.ResponseHead;
import dev.berth.worker.http.AnswerHead;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Translates between a call's headers and the HTTP/1.1 messages exchanged with a function. Header values are
 * UTF-8 on our side; to the encoder each of their bytes is one character.
 */
final class HttpHeads {
    private static final AsciiString CALL_ID = AsciiString.cached("Fn-Call-Id");
    private static final AsciiString DEADLINE = AsciiString.cached("Fn-Deadline");
    /** What functions have always seen from callers that name no agent of their own; some look at it. */
    private static final AsciiString DEFAULT_USER_AGENT = AsciiString.cached("Go-http-client/1.1");

    private static final String ENCODING = "Content-Encoding";
    private static final int LAST_ASCII = 0x7f;

    private HttpHeads() {}

    /**
     * The head of a call's request; a body in chunks follows.
     *
     * @throws IllegalArgumentException for a name or value that cannot be an HTTP header
     */
    static HttpRequest request(CallRequest call) {
        HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/call");
        HttpHeaders headers = request.headers();
        headers.set(HttpHeaderNames.HOST, "localhost");
        boolean userAgent = false;
        for (Header header : call.headers()) {
            String name = header.name();
            if (name.equalsIgnoreCase("User-Agent")) {
                if (!userAgent) {
                    headers.add(HttpHeaderNames.USER_AGENT, bytesAsChars(header.value()));
                }
                userAgent = true;
            } else if (!setByRunner(name) && HopByHop.keeps(name, header.value())) {
                headers.add(name, bytesAsChars(header.value()));
            }
        }
        if (!userAgent) {
            headers.add(HttpHeaderNames.USER_AGENT, DEFAULT_USER_AGENT);
        }
        headers.add(CALL_ID, call.callId());
        headers.add(
                DEADLINE,
                Instant.ofEpochSecond(call.deadline().getEpochSecond()).toString());
        if (gzipIsOurs(call)) {
            headers.add(HttpHeaderNames.ACCEPT_ENCODING, HttpHeaderValues.GZIP);
        }
        headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        return request;
    }

    /** Whether the runner, and not the caller, asks the function for gzip; the caller then is to see none of it. */
    private static boolean gzipIsOurs(CallRequest call) {
        for (Header header : call.headers()) {
            String name = header.name();
            if (name.equalsIgnoreCase("Accept-Encoding") || name.equalsIgnoreCase("Range")) {
                return false;
            }
        }
        return true;
    }

    /** Whether an answer's body is packed because the runner asked for it. */
    static boolean packedForUs(CallRequest call, AnswerHead head) {
        boolean body =
                head.body() != AnswerHead.Body.NONE && (head.body() != AnswerHead.Body.SIZED || head.length() > 0);
        return body && gzipIsOurs(call) && packed(head);
    }

    private static boolean packed(AnswerHead head) {
        for (Header header : head.headers()) {
            if (header.name().equalsIgnoreCase(ENCODING)) {
                return header.value().equalsIgnoreCase("gzip");
            }
        }
        return false;
    }

    /** @param unpacked whether the body is passed on unpacked, so that its encoding and length no longer hold */
    static ResponseHead response(AnswerHead head, boolean unpacked) {
        List<Header> headers = new ArrayList<>(head.headers().size());
        for (Header header : head.headers()) {
            if (HopByHop.keeps(header.name(), header.value()) && !(unpacked && ofPacked(header.name()))) {
                headers.add(header);
            }
        }
        return new ResponseHead(head.status(), headers);
    }

    private static boolean ofPacked(String name) {
        return name.equalsIgnoreCase(ENCODING) || name.equalsIgnoreCase("Content-Length");
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

    private static String bytesAsChars(String value) {
        return ascii(value) ? value : new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
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
