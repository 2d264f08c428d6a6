package dev.berth.worker.stdio;

import dev.berth.call.ResponseHead;
import dev.berth.engine.ExitStatus;
import dev.berth.error.ErrorCode;
import dev.berth.worker.http.AnswerHead;
import dev.berth.worker.http.AnswerParser;
import dev.berth.worker.http.InvalidAnswer;
import dev.berth.worker.http.VertxSeam;
import io.vertx.core.buffer.Buffer;
import java.util.Set;

/** The format {@code http}: an HTTP/1.1 request on stdin, an HTTP/1.1 answer on stdout, both streamed. */
final class HttpConversation extends Conversation implements AnswerParser.Listener {
    private static final Set<String> SELDOM_WITH_BODY =
            Set.of("GET", "HEAD", "DELETE", "OPTIONS", "PROPFIND", "SEARCH");
    /** How long a request of a method that seldom has a body waits for the first byte of one. */
    private static final long BODY_WAIT_MILLIS = 200;

    private final HttpRequestWriter writer;
    private final AnswerParser parser;
    private boolean headSent;
    private boolean requestSent;

    HttpConversation(StdioExchange exchange, StdioCall call, StdioLimits limits) {
        super(exchange, call, limits);
        this.writer = new HttpRequestWriter(call.request());
        this.parser = new AnswerParser(call.request().method().equals("HEAD"), limits.headerBytes(), this);
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
        try {
            parser.feed(VertxSeam.view(bytes));
        } catch (InvalidAnswer invalid) {
            invalid(String.valueOf(invalid.getMessage()));
        }
    }

    @Override
    public void onHead(AnswerHead head) {
        answer(new ResponseHead(head.status(), head.headers()));
    }

    @Override
    public void onBytes(Buffer bytes) {
        pass(bytes);
    }

    @Override
    public void onEnd(boolean surplus) {
        succeed(requestSent);
    }

    private void invalid(String detail) {
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
        invalid("unexpected EOF");
    }

    @Override
    void release() {
        writer.close();
        parser.stop();
    }
}
