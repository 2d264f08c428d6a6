package dev.berth.worker.stdio;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.engine.ExitStatus;
import dev.berth.error.RunnerException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.WriteStream;

/** A call that is one object on stdin and one on stdout. The body is read whole before anything is written. */
final class ObjectConversation extends Conversation {
    private static final int PIECE = 16 * 1024;

    private final ObjectFormat format;
    private final Buffer body = Buffer.buffer();
    private final FirstObject object = new FirstObject();
    private Buffer rest = Buffer.buffer();
    private boolean answered;

    ObjectConversation(StdioExchange exchange, StdioCall call, StdioLimits limits, ObjectFormat format) {
        super(exchange, call, limits.whole());
        this.format = format;
    }

    @Override
    void begin() {
        readBody(body::appendBuffer, this::write);
    }

    private void write() {
        String text;
        try {
            text = format.request(call().request(), body);
        } catch (RunnerException unsuitable) {
            fail(unsuitable, true);
            return;
        }
        send(Buffer.buffer(JsonText.sound(text) + "\n"));
    }

    @Override
    void output(Buffer bytes) {
        JsonNode found;
        try {
            found = object.feed(bytes);
        } catch (InvalidObject invalid) {
            fail(invalid.error(), false);
            return;
        }
        if (found != null && !answered) {
            answered = true;
            answer(found);
        }
    }

    private void answer(JsonNode found) {
        ObjectAnswer answer;
        try {
            answer = format.answer(found);
        } catch (InvalidObject invalid) {
            fail(invalid.error(), false);
            return;
        } catch (RunnerException malformed) {
            // It has been read, so the next answer can be told from it.
            fail(malformed, !object.surplus());
            return;
        }
        answer(answer.head());
        rest = Buffer.buffer(answer.body());
        WriteStream<Buffer> out = call().out();
        out.drainHandler(drained -> passRest());
        passRest();
    }

    private void passRest() {
        WriteStream<Buffer> out = call().out();
        while (!over() && rest.length() > 0 && !out.writeQueueFull()) {
            int piece = Math.min(rest.length(), PIECE);
            out.write(rest.slice(0, piece));
            rest = rest.slice(piece, rest.length());
        }
        if (rest.length() == 0) {
            succeed(!object.surplus() && call().sent());
        }
    }

    @Override
    void ended(ExitStatus exit) {
        if (!answered) {
            failByExit(exit);
        }
    }

    @Override
    void outputEnded() {
        if (!answered) {
            fail(new InvalidObject("EOF").error(), false);
        }
    }
}
