package dev.berth.worker.stdio;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.engine.ExitStatus;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.WriteStream;

/** A call that is one object on stdin and one on stdout. The body is read whole before anything is written. */
final class ObjectConversation extends Conversation {
    private static final int PIECE = 16 * 1024;

    private final ObjectFormat format;
    private final ObjectMemory.Lease memory;
    private final FirstObject object = new FirstObject(this::holdAnswer);
    /** Bytes of the heap. */
    private long requestMemory;

    private long answerMemory;
    private Buffer body = Buffer.buffer();
    private Buffer rest = Buffer.buffer();
    private boolean answered;

    ObjectConversation(StdioExchange exchange, StdioCall call, StdioLimits limits, ObjectFormat format) {
        super(exchange, call, limits.whole());
        this.format = format;
        this.memory = limits.memory().lease();
    }

    @Override
    void begin() {
        readBody(this::collect, this::write);
    }

    private void collect(Buffer bytes) {
        if (holds(JsonCost.ofCollecting(body.length() + bytes.length()))) {
            body.appendBuffer(bytes);
        }
    }

    /** Whether there is memory for a request that the function has seen nothing of; else the call has ended. */
    private boolean holds(long bytes) {
        requestMemory = bytes;
        boolean held = memory.hold(requestMemory + answerMemory);
        if (!held) {
            ErrorCode why = memory.canEverHold(bytes) ? ErrorCode.SERVER_BUSY : ErrorCode.REQUEST_TOO_BIG;
            fail(why.exception(), true);
        }
        return held;
    }

    private void holdAnswer(long bytes) {
        answerMemory = bytes;
        if (!memory.hold(requestMemory + answerMemory)) {
            throw memory.canEverHold(requestMemory + answerMemory)
                    ? ErrorCode.INTERNAL.exception("no memory is left for the function's answer")
                    : ErrorCode.OLD_FORMAT_RESPONSE_TOO_BIG.exception();
        }
    }

    private void write() {
        if (!holds(JsonCost.ofCollecting(body.length()) + format.cost(body))) {
            return;
        }
        String text;
        try {
            text = format.request(call().request(), body);
        } catch (RunnerException unsuitable) {
            fail(unsuitable, true);
            return;
        }
        Buffer request = Buffer.buffer(JsonText.sound(text) + "\n");
        body = Buffer.buffer();
        requestMemory = request.length();
        memory.hold(requestMemory + answerMemory);
        send(request);
    }

    @Override
    void output(Buffer bytes) {
        JsonNode found;
        try {
            found = object.feed(bytes);
        } catch (InvalidObject invalid) {
            fail(invalid.error(), false);
            return;
        } catch (RunnerException noMemory) {
            fail(noMemory, false);
            return;
        }
        if (found != null) {
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
        answerMemory = rest.length();
        memory.hold(requestMemory + answerMemory);
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
    void release() {
        memory.giveBack();
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
