package dev.berth.worker.stdio;

import dev.berth.call.ResponseHead;
import dev.berth.engine.ExitStatus;
import io.vertx.core.buffer.Buffer;
import java.util.List;

/**
 * The format {@code default}: the body on stdin, which then ends; the answer is all of stdout, and the exit
 * code says whether it is one.
 */
final class PlainConversation extends Conversation {
    private static final ResponseHead HEAD = new ResponseHead(200, List.of());

    private boolean answered;

    PlainConversation(StdioExchange exchange, StdioCall call, StdioLimits limits) {
        super(exchange, call, limits);
    }

    @Override
    void begin() {
        readBody(this::send, () -> {
            call().markSent();
            exchange().stdin().end();
        });
    }

    @Override
    void output(Buffer bytes) {
        head();
        pass(bytes);
    }

    private void head() {
        if (!answered) {
            answered = true;
            answer(HEAD);
        }
    }

    @Override
    void ended(ExitStatus exit) {
        if (exit.code() == 0) {
            head();
            succeed(false);
        } else {
            failByExit(exit);
        }
    }

    /** The exit code is still to come. */
    @Override
    void outputEnded() {}
}
