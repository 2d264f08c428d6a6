package dev.berth.worker.stdio;

import dev.berth.call.Header;
import dev.berth.call.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Reads one HTTP/1.1 answer, however it is cut. Interim answers (1xx) are skipped; bytes past the answer's end
 * are dropped. To be closed.
 */
final class HttpAnswerReader {
    private static final int PIECE = 16 * 1024;
    private static final int FIRST_FINAL = 200;
    private static final int LAST_STATUS = 999;

    private final EmbeddedChannel channel;
    private final Listener listener;
    private boolean interim;
    private boolean over;

    /** Hears of the answer. Nothing comes after {@code onEnd} and {@code onInvalid}. */
    interface Listener {
        void onHead(ResponseHead head);

        void onBytes(Buffer bytes);

        void onEnd();

        void onInvalid(String detail);
    }

    /** @param toHead whether the request was a HEAD, whose answer has no body whatever its headers say */
    HttpAnswerReader(boolean toHead, int headerBytes, Listener listener) {
        this.listener = listener;
        HttpDecoderConfig config = new HttpDecoderConfig()
                .setMaxInitialLineLength(headerBytes)
                .setMaxHeaderSize(headerBytes)
                .setMaxChunkSize(PIECE);
        channel = new EmbeddedChannel(new HttpResponseDecoder(config) {
            @Override
            protected boolean isContentAlwaysEmpty(HttpMessage message) {
                return toHead || super.isContentAlwaysEmpty(message);
            }
        });
    }

    void feed(Buffer bytes) {
        if (over) {
            return;
        }
        try {
            channel.writeInbound(Unpooled.wrappedBuffer(bytes.getBytes()));
        } catch (RuntimeException failure) {
            invalid(failure);
        }
        while (!over) {
            HttpObject next = channel.readInbound();
            if (next == null) {
                return;
            }
            try {
                take(next);
            } finally {
                ReferenceCountUtil.release(next);
            }
        }
    }

    private void take(HttpObject next) {
        DecoderResult result = next.decoderResult();
        if (result.isFailure()) {
            invalid(result.cause());
            return;
        }
        if (next instanceof HttpResponse response) {
            head(response);
        }
        if (next instanceof HttpContent content && !interim && !over) {
            body(content.content());
        }
        if (next instanceof LastHttpContent && !over) {
            end();
        }
    }

    private void head(HttpResponse response) {
        int status = response.status().code();
        interim = status >= 100 && status < FIRST_FINAL;
        if (interim) {
            return;
        }
        if (status < FIRST_FINAL || status > LAST_STATUS) {
            over = true;
            listener.onInvalid("malformed HTTP status code " + status);
            return;
        }
        List<Header> headers = new ArrayList<>();
        for (Map.Entry<String, String> header : response.headers()) {
            headers.add(new Header(header.getKey(), text(header.getValue())));
        }
        listener.onHead(new ResponseHead(status, headers));
    }

    private void body(ByteBuf content) {
        if (content.isReadable()) {
            listener.onBytes(Buffer.buffer(ByteBufUtil.getBytes(content)));
        }
    }

    private void end() {
        if (interim) {
            interim = false;
        } else {
            over = true;
            listener.onEnd();
        }
    }

    private void invalid(Throwable cause) {
        over = true;
        listener.onInvalid(cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage());
    }

    void close() {
        over = true;
        channel.finishAndReleaseAll();
    }

    /** One character per byte came over the wire; they are UTF-8. */
    private static String text(String value) {
        return new String(value.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
}
