package dev.berth.worker.stdio;

import dev.berth.call.ResponseHead;
import dev.berth.engine.ExitStatus;
import dev.berth.error.ErrorCode;
import io.vertx.core.buffer.Buffer;
import java.util.Set;

/** The format {@code http}: an HTTP/1.1 request on stdin, an HTTP/1.1 answer on stdout, both streamed. */
final class HttpConversation extends Conversation implements HttpAnswerReader.Listener {
    private static final Set<String> SELDOM_WITH_BODY =
            Set.of("GET", "HEAD", "DELETE", "OPTIONS", "PROPFIND", "SEARCH");
    /** How long a request of a method that seldom has a body waits for the first byte of one. */
    private static final long BODY_WAIT_MILLIS = 200;

    private final HttpRequestWriter writer;
    private final HttpAnswerReader reader;
    private boolean headSent;
    private boolean requestSent;

    HttpConversation(StdioExchange exchange, StdioCall call, StdioLimits limits) {
        super(exchange, call, limits);
        this.writer = new HttpRequestWriter(call.request());
        this.reader = new HttpAnswerReader(call.request().method().equals("HEAD"), limits.headerBytes(), this);
    }

    @Override
    void begin() {
        if (SELDOM_WITH_BODY.contains(call().request().method())) {
            exchange().vertx().setTimer(BODY_WAIT_MILLIS, waited -> {
                if (!over()) {
                    head(true);
                }
            });
        } else {
            head(true);
        }
        readBody(this::piece, this::end);
    }

    private void head(boolean withBody) {
        if (headSent || over()) {
            return;
        }
        headSent = true;
        try {
            send(writer.head(withBody));
        } catch (IllegalArgumentException impossible) {
            fail(ErrorCode.INVALID_HEADER.exception("Invalid HTTP header: " + impossible.getMessage()), true);
        }
    }

    private void piece(Buffer bytes) {
        head(true);
        if (!over()) {
            send(writer.piece(bytes));
        }
    }

    private void end() {
        head(false);
        if (!over()) {
            requestSent = true;
            send(writer.end());
        }
    }

    @Override
    void output(Buffer bytes) {
        reader.feed(bytes);
    }

    @Override
    public void onHead(ResponseHead head) {
        answer(head);
    }

    @Override
    public void onBytes(Buffer bytes) {
        pass(bytes);
    }

    @Override
    public void onEnd() {
        succeed(requestSent);
    }

    @Override
    public void onInvalid(String detail) {
        fail(
                ErrorCode.OLD_FORMAT_RESPONSE_INVALID.exception("invalid http response from function err: " + detail),
                false);
    }

    @Override
    void ended(ExitStatus exit) {
        failByExit(exit);
    }

    @Override
    void outputEnded() {
        onInvalid("unexpected EOF");
    }

    @Override
    void release() {
        writer.close();
        reader.close();
    }
}
