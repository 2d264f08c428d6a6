package dev.berth.worker.stdio;

import dev.berth.call.ResponseHead;
import dev.berth.engine.ExitStatus;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import io.vertx.core.streams.WriteStream;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One call in one format: what goes to stdin, and what is made of stdout. */
abstract class Conversation {
    private static final Logger LOG = LoggerFactory.getLogger(Conversation.class);
    private static final int KILLED = 137;

    private final StdioExchange exchange;
    private final StdioCall call;
    private final StdioLimits limits;
    private long requestBytes;
    private long responseBytes;
    private boolean deaf;
    private boolean over;

    Conversation(StdioExchange exchange, StdioCall call, StdioLimits limits) {
        this.exchange = exchange;
        this.call = call;
        this.limits = limits;
    }

    abstract void begin();

    /** Output of the function, within the limit. */
    abstract void output(Buffer bytes);

    /** stdout and the process have ended. */
    abstract void ended(ExitStatus exit);

    /** stdout has ended and the process has not. */
    abstract void outputEnded();

    /** Lets go of what the format holds; called once. */
    void release() {}

    final StdioCall call() {
        return call;
    }

    final StdioExchange exchange() {
        return exchange;
    }

    final boolean over() {
        return over;
    }

    final void take(Buffer bytes) {
        if (over) {
            return;
        }
        long room = limits.responseBytes() - responseBytes;
        if (limits.responseBytes() <= 0 || bytes.length() <= room) {
            responseBytes += bytes.length();
            output(bytes);
            return;
        }
        if (room > 0) {
            responseBytes += room;
            output(bytes.slice(0, (int) room));
        }
        if (!over) {
            fail(ErrorCode.OLD_FORMAT_RESPONSE_TOO_BIG.exception(), false);
        }
    }

    /** Reads the body, as fast as the function takes what is made of it. */
    final void readBody(Consumer<Buffer> piece, Runnable end) {
        ReadStream<Buffer> body = call.body();
        exchange.stdin().drainHandler(drained -> {
            if (!over) {
                body.resume();
            }
        });
        body.handler(bytes -> {
            if (over || bytes.length() == 0) {
                return;
            }
            requestBytes += bytes.length();
            if (limits.requestBytes() > 0 && requestBytes > limits.requestBytes()) {
                fail(ErrorCode.REQUEST_TOO_BIG.exception(), !call.sent());
                return;
            }
            piece.accept(bytes);
            if (!over && !deaf && exchange.stdin().writeQueueFull()) {
                body.pause();
            }
        });
        body.endHandler(ended -> {
            if (!over) {
                end.run();
            }
        });
        body.resume();
    }

    /** A function that has closed its stdin may answer all the same: what it does not want is dropped. */
    final void send(Buffer bytes) {
        call.markSent();
        if (deaf) {
            return;
        }
        exchange.stdin().write(bytes).onFailure(closed -> {
            LOG.atTrace().setCause(closed).log("function does not read its stdin");
            deaf = true;
            if (!over) {
                call.body().resume();
            }
        });
    }

    final void answer(ResponseHead head) {
        call.answer(head);
    }

    /** Passes on a piece of the answer, and holds up the function while the caller does not take it. */
    final void pass(Buffer bytes) {
        WriteStream<Buffer> out = call.out();
        out.write(bytes);
        if (!over && out.writeQueueFull()) {
            exchange.stdout().pause();
            out.drainHandler(drained -> {
                if (!over) {
                    exchange.stdout().resume();
                }
            });
        }
    }

    final void succeed(boolean keep) {
        if (!over) {
            stop();
            boolean usable = keep && exchange.usable();
            exchange.over();
            call.succeed(usable);
        }
    }

    final void fail(RunnerException error, boolean keep) {
        if (!over) {
            stop();
            boolean usable = keep && exchange.usable();
            exchange.over();
            call.fail(error, usable);
        }
    }

    final void failByExit(ExitStatus exit) {
        boolean outOfMemory = exit.code() == KILLED && exit.outOfMemory();
        fail(
                outOfMemory
                        ? ErrorCode.OUT_OF_MEMORY.exception()
                        : ErrorCode.CONTAINER_EXIT.exception("container exit code " + exit.code()),
                false);
    }

    /** Nothing more is sent, taken or told. */
    final void stop() {
        if (!over) {
            over = true;
            exchange.stdin().drainHandler(nobody -> {});
            release();
        }
    }
}
