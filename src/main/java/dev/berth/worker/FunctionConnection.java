package dev.berth.worker;

import dev.berth.config.WorkerConfig;
import dev.berth.engine.ExitStatus;
import dev.berth.error.Descriptors;
import dev.berth.error.ErrorCode;
import dev.berth.worker.http.VertxSeam;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 connection to a function, its only one unless it takes several calls at once, over the Unix socket of its container. Made for the first call,
 * kept while idle for {@link WorkerConfig#keepAlive()}, made anew when needed.
 *
 * <p>While the function is frozen a new connection is made, which the kernel keeps for it until it wakes: the call that
 * wakes it finds it there. It is none of the function's yet, so that no timer of its own runs against it.
 *
 * <p>A connection that still owes or is owed bytes at the end of a call, or over which bytes came that no call asked
 * for, is closed and never used again.
 */
final class FunctionConnection implements FunctionExchange {
    private final Context context;
    private final FunctionDialer dialer;
    private final FunctionSocket socket;
    private final WorkerConfig config;
    private final Alarm alarm;
    private final OneShotFunctions.Watch watch;
    private @Nullable FunctionChannel channel;
    private @Nullable HttpCall current;
    /** A connection that is being made to the sleeping function. */
    private @Nullable Future<FunctionChannel> ahead;

    FunctionConnection(
            Context context,
            FunctionDialer dialer,
            FunctionSocket socket,
            WorkerConfig config,
            Alarm alarm,
            OneShotFunctions.Watch watch) {
        this.context = context;
        this.dialer = dialer;
        this.socket = socket;
        this.config = config;
        this.alarm = alarm;
        this.watch = watch;
    }

    @Override
    public void begin(ActiveCall call) {
        alarm.clear(Alarm.Slot.KEEP_ALIVE);
        HttpCall http = new HttpCall(this, call, config.maxResponseBytes(), config.maxResponseHeaderBytes());
        current = http;
        http.gather();
        if (watch.mayBeEnding()) {
            context.owner().setTimer(OneShotFunctions.PATIENCE.toMillis(), lasts -> send(http));
        } else {
            // What else has come of the call by then goes out in the same write as its head.
            VertxSeam.afterTurn(context, () -> send(http));
        }
    }

    private void send(HttpCall http) {
        if (current != http) {
            return;
        }
        if (ahead != null) {
            // It is further than one that would be begun now.
            ahead.onComplete(settled -> send(http));
            return;
        }
        FunctionChannel kept = channel;
        if (kept != null && kept.quiet()) {
            http.send(kept, true);
        } else {
            reconnect(http);
        }
    }

    /** Puts the call on a new connection; the last one has not taken anything of it. */
    void reconnect(HttpCall http) {
        drop();
        socket.locate()
                .onSuccess(path -> connect(http, path, failure -> connectAnew(http, path, failure)))
                .onFailure(failure -> unreachable(http, failure));
    }

    /** The function may have made its socket anew, even while we tried. */
    private void connectAnew(HttpCall http, Path failed, Throwable failure) {
        socket.locate()
                .onSuccess(path -> {
                    if (path.equals(failed)) {
                        unreachable(http, failure);
                    } else {
                        connect(http, path, again -> unreachable(http, again));
                    }
                })
                .onFailure(gone -> unreachable(http, gone));
    }

    private void connect(HttpCall http, Path path, Consumer<Throwable> otherwise) {
        if (current == http) {
            dialer.connect(path).onComplete(made -> connected(http, made, otherwise));
        }
    }

    private void connected(HttpCall http, AsyncResult<FunctionChannel> made, Consumer<Throwable> otherwise) {
        if (made.failed()) {
            otherwise.accept(made.cause());
        } else if (current != http) {
            made.result().close();
        } else {
            channel = made.result();
            http.send(made.result(), false);
        }
    }

    private void unreachable(HttpCall http, Throwable failure) {
        if (current == http) {
            http.unreachable(failure);
        }
    }

    /** The function answers a call. */
    void answers() {
        watch.answers();
    }

    /** It ends its connection instead. */
    void hangsUp() {
        watch.hangsUp();
    }

    /** What is wrong with a function that takes nothing of a call: it has gone, or it has never been good. */
    ErrorCode nothingTaken() {
        return watch.hasAnswered() ? ErrorCode.SLOT_GONE : ErrorCode.INIT_FAILED;
    }

    /** The call is over and has left the connection as it was. */
    void done() {
        current = null;
        if (config.keepAlive().isZero()) {
            drop();
        } else if (channel != null) {
            channel.giveBack();
            alarm.set(Alarm.Slot.KEEP_ALIVE, config.keepAlive().toNanos());
        }
    }

    /** The call is over, the connection is not fit for another. What the function got stays visibly incomplete. */
    void letGo() {
        current = null;
        drop();
    }

    @Override
    public Left abort(ActiveCall call) {
        HttpCall http = current;
        return http == null ? Left.USABLE : http.abort();
    }

    @Override
    public boolean exited(ExitStatus status) {
        watch.exited();
        return false;
    }

    @Override
    public void suspend() {
        // A function's own idle timer can fire at the very moment it is thawed, and would take the call with
        // it: no connection is kept across a pause.
        idle();
    }

    @Override
    public void asleep() {
        if (!dialer.numbersDescriptors()) {
            return;
        }
        Future<FunctionChannel> made = socket.locate().compose(dialer::connect);
        ahead = made;
        made.onComplete(settled -> madeAhead(made));
    }

    /** One that failed is not missed: the call that comes will try, and will tell. */
    private void madeAhead(Future<FunctionChannel> made) {
        boolean wanted = ahead == made;
        if (wanted) {
            ahead = null;
        }
        if (made.succeeded()) {
            FunctionChannel connected = made.result();
            if (wanted && Descriptors.plentyBelow(connected.descriptor())) {
                channel = connected;
            } else {
                connected.close();
            }
        }
    }

    @Override
    public void idle() {
        if (current == null) {
            drop();
        }
    }

    @Override
    public void close() {
        watch.removed();
        if (current != null) {
            current.abort();
        }
        drop();
    }

    private void drop() {
        FunctionChannel old = channel;
        channel = null;
        ahead = null;
        if (old != null) {
            old.close();
        }
    }
}
