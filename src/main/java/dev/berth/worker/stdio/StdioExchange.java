package dev.berth.worker.stdio;

import dev.berth.call.CallFormat;
import dev.berth.engine.ContainerStreams;
import dev.berth.engine.ExitStatus;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import io.vertx.core.streams.WriteStream;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Puts calls to the function of one container, one at a time, over its stdin and stdout.
 *
 * <p>A function of these formats says nothing when it is ready, and may have ended, with or without an answer,
 * before its first call is here. Therefore the end of a process that no call has reached yet is kept for its
 * first call, and so is the output of {@code default}. What a hot function writes between calls is dropped;
 * stderr is read all the time.
 *
 * <p>Confined to the context of the streams.
 */
public final class StdioExchange {
    /** How long the end of stdout waits for the process's own, which says more. */
    private static final long EXIT_GRACE_MILLIS = 1_000;

    private static final long NO_TIMER = -1;

    private final Vertx vertx;
    private final WriteStream<Buffer> stdin;
    private final ReadStream<Buffer> stdout;
    private final CallFormat format;
    private final StdioLimits limits;
    private @Nullable Conversation current;
    private @Nullable ExitStatus exit;
    private boolean called;
    private boolean outputEnded;
    private boolean closed;
    private long timer = NO_TIMER;

    /**
     * @param streams with stdin
     * @param format not {@code HTTP_STREAM}
     * @param stderr receives what the function writes to stderr; must not block
     */
    public StdioExchange(
            Vertx vertx, ContainerStreams streams, CallFormat format, StdioLimits limits, Consumer<Buffer> stderr) {
        this.vertx = vertx;
        this.stdin = Objects.requireNonNull(streams.stdin(), "stdin is not attached");
        this.stdout = streams.stdout();
        this.format = format;
        this.limits = limits;
        streams.stderr().handler(stderr::accept);
        if (!cold()) {
            listen();
        }
    }

    private boolean cold() {
        return format == CallFormat.DEFAULT;
    }

    private void listen() {
        // In this order: output that has ended already says so as soon as it is listened to.
        stdout.endHandler(end -> {
            outputEnded = true;
            settle();
        });
        stdout.handler(bytes -> {
            if (current != null) {
                current.take(bytes);
            }
        });
    }

    /** Puts a call to the function and ends it, once, unless {@link #abort} comes first. */
    public void begin(StdioCall call) {
        called = true;
        Conversation begun = conversation(call);
        current = begun;
        ExitStatus dead = exit;
        if (dead != null && !cold()) {
            begun.ended(dead);
            return;
        }
        begun.begin();
        if (cold()) {
            listen();
        }
        settle();
    }

    private Conversation conversation(StdioCall call) {
        return switch (format) {
            case HTTP -> new HttpConversation(this, call, limits);
            case JSON -> new ObjectConversation(this, call, limits, new JsonFormat());
            case CLOUDEVENT -> new ObjectConversation(this, call, limits, new CloudEventFormat());
            case DEFAULT -> new PlainConversation(this, call, limits);
            case HTTP_STREAM -> throw new IllegalArgumentException("not a format of stdin and stdout: " + format);
        };
    }

    /**
     * Breaks off the call under way. Its input stays visibly incomplete.
     *
     * @return whether the function has seen nothing of it
     */
    public boolean abort() {
        Conversation broken = current;
        if (broken == null) {
            return true;
        }
        broken.stop();
        over();
        return !broken.call().sent() && !cold();
    }

    /**
     * The container's process has ended.
     *
     * @return whether the exchange ends the call under way, or the first one yet to come, accordingly
     */
    public boolean exited(ExitStatus status) {
        exit = status;
        settle();
        return !closed && (current != null || !called);
    }

    /** The container is going away: nothing is written to it any more, and what it writes is dropped. */
    public void close() {
        closed = true;
        abort();
        stdout.resume();
    }

    private void settle() {
        Conversation waiting = current;
        ExitStatus status = exit;
        if (waiting == null || !outputEnded) {
            return;
        }
        if (status != null) {
            waiting.ended(status);
        } else if (!cold() && timer == NO_TIMER) {
            timer = vertx.setTimer(EXIT_GRACE_MILLIS, due -> {
                timer = NO_TIMER;
                if (current == waiting) {
                    waiting.outputEnded();
                }
            });
        }
    }

    /** The conversation has stopped. */
    void over() {
        current = null;
        if (timer != NO_TIMER) {
            vertx.cancelTimer(timer);
            timer = NO_TIMER;
        }
        stdout.resume();
    }

    /** Whether the function can be spoken to again. */
    boolean usable() {
        return !cold() && exit == null && !outputEnded;
    }

    Vertx vertx() {
        return vertx;
    }

    WriteStream<Buffer> stdin() {
        return stdin;
    }

    ReadStream<Buffer> stdout() {
        return stdout;
    }
}
