package dev.berth.worker;

import dev.berth.call.CallRequest;
import dev.berth.call.Header;
import dev.berth.call.HopByHop;
import dev.berth.call.ResponseHead;
import dev.berth.worker.http.AnswerHead;
import dev.berth.worker.http.VertxSeam;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpHeaderValidationUtil;
import io.netty.util.AsciiString;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Translates between a call's headers and the HTTP/1.1 messages exchanged with a function. Requests are written by hand:
 * theirs are always the same few lines before the caller's, and they go out in one buffer with what there is of the body.
 */
final class HttpHeads {
    private static final AsciiString START =
            AsciiString.cached("POST /call HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n");
    /** What functions have always seen from callers that name no agent of their own; some look at it. */
    private static final AsciiString DEFAULT_USER_AGENT = AsciiString.cached("user-agent: Go-http-client/1.1\r\n");

    private static final AsciiString GZIP = AsciiString.cached("accept-encoding: gzip\r\n");
    private static final String ENCODING = "Content-Encoding";
    private static final int SEPARATOR = ':' << 8 | ' ';
    private static final int CRLF = '\r' << 8 | '\n';
    private static final int VALID = -1;

    /** The last deadline written, for calls of one moment mostly share theirs. */
    private static volatile Second lastDeadline = new Second(0, text(0));

    private record Second(long epoch, String text) {}

    private HttpHeads() {}

    /**
     * Writes the head of a call's request; a body in chunks follows.
     *
     * @throws IllegalArgumentException for a name or value that cannot be an HTTP header; then a part of the head has
     *     been written
     */
    static void request(CallRequest call, ByteBuf out) {
        ByteBufUtil.copy(START, out);
        boolean userAgent = false;
        for (Header header : call.headers()) {
            String name = header.name();
            if (name.equalsIgnoreCase("User-Agent")) {
                if (!userAgent) {
                    line(out, "user-agent", header.value());
                }
                userAgent = true;
            } else if (!setByRunner(name) && HopByHop.keeps(name, header.value())) {
                line(out, name, header.value());
            }
        }
        if (!userAgent) {
            ByteBufUtil.copy(DEFAULT_USER_AGENT, out);
        }
        line(out, "Fn-Call-Id", call.callId());
        line(out, "Fn-Deadline", deadline(call.deadline().getEpochSecond()));
        if (gzipIsOurs(call)) {
            ByteBufUtil.copy(GZIP, out);
        }
        out.writeShort(CRLF);
    }

    /** Values are UTF-8. */
    private static void line(ByteBuf out, String name, String value) {
        if (name.isEmpty()
                || HttpHeaderValidationUtil.validateToken(name) != VALID
                || HttpHeaderValidationUtil.validateValidHeaderValue(value) != VALID) {
            throw new IllegalArgumentException("no header of HTTP: " + name);
        }
        ByteBufUtil.writeAscii(out, name);
        out.writeShort(SEPARATOR);
        ByteBufUtil.writeUtf8(out, value);
        out.writeShort(CRLF);
    }

    private static String deadline(long epoch) {
        Second last = lastDeadline;
        if (last.epoch != epoch) {
            last = new Second(epoch, text(epoch));
            lastDeadline = last;
        }
        return last.text;
    }

    private static String text(long epoch) {
        return Instant.ofEpochSecond(epoch).toString();
    }

    /** Writes one chunk of a body. Not for an empty one, which would end it. */
    static void chunk(Buffer bytes, ByteBuf out) {
        ByteBufUtil.writeAscii(out, Integer.toHexString(bytes.length()));
        out.writeShort(CRLF);
        out.writeBytes(VertxSeam.view(bytes));
        out.writeShort(CRLF);
    }

    /** Writes the end of a body. */
    static void lastChunk(ByteBuf out) {
        out.writeByte('0');
        out.writeShort(CRLF);
        out.writeShort(CRLF);
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
}
