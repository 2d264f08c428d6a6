package dev.berth.worker.stdio;

import dev.berth.call.CallRequest;
import dev.berth.call.Header;
import dev.berth.call.WireTimes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Writes one call as an HTTP/1.1 request, piece by piece. To be closed. */
final class HttpRequestWriter {
    private static final String DEFAULT_AGENT = "Go-http-client/1.1";
    /** Headers of the caller's that are replaced, or that say how the request came to us. */
    private static final Set<String> NOT_REPEATED = Set.of(
            "host",
            "user-agent",
            "content-length",
            "transfer-encoding",
            "trailer",
            "fn_call_id",
            "fn_deadline",
            "fn_method",
            "fn_request_url");

    private final CallRequest call;
    private final EmbeddedChannel channel = new EmbeddedChannel(new HttpRequestEncoder());

    HttpRequestWriter(CallRequest call) {
        this.call = call;
    }

    /**
     * Request line and headers.
     *
     * @param withBody whether pieces follow; {@link #end()} follows in any case
     * @throws IllegalArgumentException for a header that HTTP cannot carry
     */
    Buffer head(boolean withBody) {
        HttpHeaders headers = new DefaultHttpHeaders();
        headers.add("Host", chars(host(call.url())));
        headers.add("User-Agent", chars(userAgent()));
        if (withBody) {
            headers.add("Transfer-Encoding", "chunked");
        }
        for (Header header : sorted()) {
            headers.add(header.name(), chars(header.value()));
        }
        HttpMethod method = HttpMethod.valueOf(call.method());
        channel.writeOutbound(new DefaultHttpRequest(HttpVersion.HTTP_1_1, method, target(call.url()), headers));
        return written();
    }

    private List<Header> sorted() {
        List<Header> headers = new ArrayList<>();
        for (Header header : call.headers()) {
            if (!NOT_REPEATED.contains(header.name().toLowerCase(Locale.ROOT))) {
                headers.add(header);
            }
        }
        headers.add(new Header("Fn_call_id", call.callId()));
        headers.add(new Header("Fn_deadline", WireTimes.format(call.deadline())));
        headers.add(new Header("Fn_method", call.method()));
        headers.add(new Header("Fn_request_url", call.url()));
        headers.sort(Comparator.comparing(Header::name));
        return headers;
    }

    private String userAgent() {
        for (Header header : call.headers()) {
            if (header.name().equalsIgnoreCase("User-Agent")) {
                return header.value();
            }
        }
        return DEFAULT_AGENT;
    }

    Buffer piece(Buffer bytes) {
        channel.writeOutbound(new DefaultHttpContent(Unpooled.wrappedBuffer(bytes.getBytes())));
        return written();
    }

    Buffer end() {
        channel.writeOutbound(LastHttpContent.EMPTY_LAST_CONTENT);
        return written();
    }

    private Buffer written() {
        Buffer all = Buffer.buffer();
        for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
            all.appendBytes(ByteBufUtil.getBytes(part));
            part.release();
        }
        return all;
    }

    void close() {
        channel.finishAndReleaseAll();
    }

    /** Path and query; a slash where there is none. */
    static String target(String url) {
        String rest = withoutFragment(url);
        int start = afterScheme(rest);
        if (start >= 0) {
            rest = rest.substring(endOfHost(rest, start));
        }
        return rest.startsWith("/") ? rest : "/" + rest;
    }

    /** Empty for a URL that has none. */
    static String host(String url) {
        String rest = withoutFragment(url);
        int start = afterScheme(rest);
        if (start < 0) {
            return "";
        }
        String authority = rest.substring(start, endOfHost(rest, start));
        return authority.substring(authority.lastIndexOf('@') + 1);
    }

    private static String withoutFragment(String url) {
        int fragment = url.indexOf('#');
        return fragment < 0 ? url : url.substring(0, fragment);
    }

    private static int afterScheme(String url) {
        int mark = url.indexOf("://");
        return mark < 0 || url.startsWith("/") || url.lastIndexOf('?', mark) >= 0 ? -1 : mark + 3;
    }

    private static int endOfHost(String url, int start) {
        int end = start;
        while (end < url.length() && url.charAt(end) != '/' && url.charAt(end) != '?') {
            end++;
        }
        return end;
    }

    /** UTF-8 bytes travel as one character each. */
    private static String chars(String value) {
        return new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }
}
