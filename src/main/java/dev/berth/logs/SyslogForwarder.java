package dev.berth.logs;

import com.google.protobuf.ByteString;
import dev.berth.error.Backoff;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends lines of one container to one syslog server. Never holds anybody up: lines that the server does not take
 * wait, within a limit; beyond it the oldest go, and a line of ours tells the server how many. A connection that
 * is lost is made again, with growing pauses; lines that were being written then are counted as dropped, for who
 * knows whether they arrived.
 *
 * <p>Memory: the limit, and what is on its way out, {@value #WINDOW} bytes and a message. Confined to one context.
 */
final class SyslogForwarder {
    /** Bytes handed to the transport and not yet sent by it. */
    static final int WINDOW = 64 * 1024;
    /** How long the end of a container waits for what the server has not taken. */
    static final long FLUSH_MILLIS = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(SyslogForwarder.class);
    private static final int PIECE = 16 * 1024;
    private static final Backoff BACKOFF = Backoff.of(Duration.ofMillis(100), Duration.ofSeconds(30));
    private static final long NO_TIMER = -1;

    private final Vertx vertx;
    private final LogOrigin origin;
    private final SyslogConnector connector;
    private final SyslogFormat format;
    private final int maxBytes;
    private final Deque<LogLine> waiting = new ArrayDeque<>();
    private final Promise<Void> gone = Promise.promise();
    private long bytes;
    private long dropped;
    private int inFlight;
    private @Nullable SyslogSocket socket;
    private int attempts;
    private long timer = NO_TIMER;
    /** A send may be over before it returns, and must not go down the stack for the next. */
    private boolean pumping;

    private boolean closing;
    private boolean closed;

    SyslogForwarder(Vertx vertx, LogOrigin origin, SyslogConnector connector, SyslogFormat format, int maxBytes) {
        this.vertx = vertx;
        this.origin = origin;
        this.connector = connector;
        this.format = format;
        this.maxBytes = maxBytes;
    }

    /** Connects, once; fails if that cannot be done now. */
    Future<Void> open() {
        Connection next = new Connection();
        return connector.connect(next::ended).onSuccess(next::begun).mapEmpty();
    }

    /** Goes on trying to connect. */
    void openLater() {
        if (closed) {
            return;
        }
        if (closing) {
            finish();
            return;
        }
        timer = vertx.setTimer(BACKOFF.millis(++attempts), due -> {
            timer = NO_TIMER;
            reconnect();
        });
    }

    private void reconnect() {
        open().onFailure(failure -> {
            LOG.atDebug()
                    .addKeyValue("containerId", origin.containerId())
                    .addKeyValue("address", connector.address())
                    .addKeyValue("reason", failure.getMessage())
                    .log("syslog server is not reached");
            openLater();
        });
    }

    /** Takes lines, in order. As with engines, an empty one is not worth a message. */
    void accept(List<LogLine> lines) {
        if (closed) {
            return;
        }
        for (LogLine line : lines) {
            if (!line.data().isEmpty()) {
                waiting.add(line);
                bytes += line.kept();
            }
        }
        pump();
        while (bytes > maxBytes) {
            take();
            dropped++;
        }
    }

    /** For tests. */
    boolean connected() {
        return socket != null;
    }

    /** Bytes of memory held by lines that wait. For tests. */
    long bytes() {
        return bytes;
    }

    private LogLine take() {
        LogLine first = waiting.remove();
        bytes -= first.kept();
        return first;
    }

    private boolean idle() {
        return waiting.isEmpty() && dropped == 0;
    }

    private void pump() {
        if (pumping) {
            return;
        }
        pumping = true;
        while (socket != null && inFlight < WINDOW && !idle()) {
            sendNext(socket);
        }
        pumping = false;
    }

    private void sendNext(SyslogSocket to) {
        Buffer piece = Buffer.buffer();
        long lines = 0;
        do {
            if (dropped > 0) {
                piece.appendBuffer(to.frame(format.message(notice())));
                lines += dropped;
                dropped = 0;
            } else {
                piece.appendBuffer(to.frame(format.message(take())));
                lines++;
            }
        } while (to.joins() && piece.length() < PIECE && !waiting.isEmpty());
        send(to, piece, lines);
    }

    private void send(SyslogSocket to, Buffer piece, long lines) {
        int length = piece.length();
        inFlight += length;
        to.send(piece).onComplete(sent -> {
            inFlight -= length;
            if (sent.succeeded()) {
                attempts = 0;
                pump();
            } else {
                dropped += lines;
                lost(to);
            }
            if (closing && idle() && inFlight == 0) {
                finish();
            }
        });
    }

    private LogLine notice() {
        return new LogLine(
                origin,
                "",
                System.currentTimeMillis(),
                LogLine.Source.STDERR,
                ByteString.copyFromUtf8("-----syslog server slow or lost, " + dropped + " lines dropped-----"));
    }

    private void lost(@Nullable SyslogSocket ended) {
        if (ended == null || ended != socket) {
            return;
        }
        socket = null;
        ended.close();
        if (!closed) {
            LOG.atInfo()
                    .addKeyValue("containerId", origin.containerId())
                    .addKeyValue("address", connector.address())
                    .log("connection to syslog server is lost");
            openLater();
        }
    }

    /** Sends what waits, for a moment at most, and lets go of the connection. Never fails. Idempotent. */
    Future<Void> close() {
        if (!closing) {
            closing = true;
            if (idle() && inFlight == 0) {
                finish();
            } else {
                long limit = vertx.setTimer(FLUSH_MILLIS, due -> finish());
                gone.future().onComplete(end -> vertx.cancelTimer(limit));
                if (timer != NO_TIMER) {
                    cancelTimer();
                    reconnect();
                }
            }
        }
        return gone.future();
    }

    private void finish() {
        if (closed) {
            return;
        }
        closed = true;
        cancelTimer();
        long lost = dropped + waiting.size();
        if (lost > 0) {
            LOG.atInfo()
                    .addKeyValue("containerId", origin.containerId())
                    .addKeyValue("address", connector.address())
                    .addKeyValue("lines", lost)
                    .log("last lines did not reach the syslog server");
        }
        waiting.clear();
        bytes = 0;
        SyslogSocket open = socket;
        socket = null;
        Future<Void> over = open == null ? Future.succeededFuture() : open.close();
        Future<?> ended = Future.join(over, connector.close());
        if (inFlight > 0) {
            // A stream that is closed still waits for its server to take what is on its way, or be given up.
            gone.tryComplete();
        } else {
            ended.onComplete(end -> gone.tryComplete());
        }
    }

    private void cancelTimer() {
        if (timer != NO_TIMER) {
            vertx.cancelTimer(timer);
            timer = NO_TIMER;
        }
    }

    /** One connection, which may end before it is here. */
    private final class Connection {
        private @Nullable SyslogSocket made;
        private boolean over;

        void begun(SyslogSocket opened) {
            made = opened;
            if (closed) {
                opened.close();
                return;
            }
            socket = opened;
            if (over) {
                lost(opened);
            } else {
                pump();
            }
        }

        void ended() {
            over = true;
            lost(made);
        }
    }
}
