package dev.berth.worker;

import dev.berth.config.WorkerConfig;
import dev.berth.engine.ExitStatus;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpConnectOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one HTTP/1.1 connection to a function, over the Unix socket of its container. Made for the first call,
 * kept while idle for {@link WorkerConfig#keepAlive()}, made anew when needed. Not from a pool, which would
 * hand out connections that the function has closed.
 *
 * <p>A connection that still owes or is owed bytes at the end of a call is closed, never used again. What
 * the function has not yet read by then stays in the socket until it reads or closes; one such remainder is
 * tolerated per container, with a second one the container is given up.
 */
final class FunctionConnection implements FunctionExchange {
    private static final Logger LOG = LoggerFactory.getLogger(FunctionConnection.class);
    private static final RequestOptions CALL =
            new RequestOptions().setMethod(HttpMethod.POST).setURI("/call");
    private static final int HTTP_PORT = 80;

    private final Context context;
    private final HttpClientAgent client;
    private final FunctionSocket socket;
    private final WorkerConfig config;
    private final Alarm alarm;
    private @Nullable HttpClientConnection connection;
    private @Nullable HttpCall current;
    private int closing;
    private boolean closed;

    FunctionConnection(
            Context context, HttpClientAgent client, FunctionSocket socket, WorkerConfig config, Alarm alarm) {
        this.context = context;
        this.client = client;
        this.socket = socket;
        this.config = config;
        this.alarm = alarm;
    }

    @Override
    public void begin(ActiveCall call) {
        alarm.clear(Alarm.Slot.KEEP_ALIVE);
        HttpCall http = new HttpCall(this, call, new RequestPump(call, context), config.maxResponseBytes());
        current = http;
        HttpClientConnection kept = connection;
        if (kept == null) {
            connect(http);
        } else {
            request(http, kept, true);
        }
    }

    /** The kept connection turned out closed before it took anything of the call. */
    void reconnect(HttpCall http) {
        http.named(LOG.atDebug()).log("kept connection was closed; reconnecting");
        drop();
        connect(http);
    }

    private void connect(HttpCall http) {
        socket.locate()
                .onSuccess(path -> connect(http, path, failure -> connectAnew(http, path, failure)))
                .onFailure(http::broken);
    }

    /** The function may have made its socket anew, even while we tried. */
    private void connectAnew(HttpCall http, Path failed, Throwable failure) {
        socket.locate()
                .onSuccess(path -> {
                    if (path.equals(failed)) {
                        http.broken(failure);
                    } else {
                        connect(http, path, http::broken);
                    }
                })
                .onFailure(http::broken);
    }

    private void connect(HttpCall http, Path path, Consumer<Throwable> otherwise) {
        if (current != http || closed) {
            return;
        }
        client.connect(target(path)).onComplete(made -> {
            if (made.failed()) {
                otherwise.accept(made.cause());
            } else if (current != http || closed) {
                quietly(made.result().close());
            } else {
                request(http, adopt(made.result()), false);
            }
        });
    }

    private static HttpConnectOptions target(Path path) {
        return new HttpConnectOptions()
                .setServer(SocketAddress.domainSocketAddress(path.toString()))
                .setHost("localhost")
                .setPort(HTTP_PORT);
    }

    private HttpClientConnection adopt(HttpClientConnection made) {
        connection = made;
        made.exceptionHandler(failure -> LOG.atDebug().setCause(failure).log("connection failed"));
        made.closeHandler(gone -> {
            if (connection == made) {
                connection = null;
            }
        });
        return made;
    }

    private void request(HttpCall http, HttpClientConnection on, boolean kept) {
        on.request(CALL).onComplete(opened -> {
            if (current != http) {
                if (opened.succeeded()) {
                    quietly(opened.result().reset());
                }
            } else if (opened.succeeded()) {
                http.send(opened.result(), kept);
            } else if (kept) {
                reconnect(http);
            } else {
                http.broken(opened.cause());
            }
        });
    }

    /** The call is over and has left the connection as it was. */
    void done() {
        current = null;
        if (config.keepAlive().isZero()) {
            drop();
        } else if (connection != null) {
            alarm.set(Alarm.Slot.KEEP_ALIVE, config.keepAlive().toNanos());
        }
    }

    /**
     * The call is over, the connection is not fit for another.
     *
     * @return false if an earlier connection has not been let go by the function either
     */
    boolean letGo(@Nullable HttpClientRequest request) {
        boolean first = closing == 0;
        current = null;
        if (request != null) {
            // Bytes still queued here are dropped, so what the function got stays visibly incomplete.
            quietly(request.reset());
        }
        drop();
        return first;
    }

    @Override
    public Left abort() {
        HttpCall http = current;
        return http == null || http.abort() ? Left.USABLE : Left.SPOILT;
    }

    @Override
    public boolean exited(ExitStatus status) {
        return false;
    }

    @Override
    public void suspend() {
        // A function's own idle timer can fire at the very moment it is thawed, and would take the call with
        // it: no connection is kept across a pause.
        idle();
    }

    @Override
    public void idle() {
        if (current == null) {
            drop();
        }
    }

    @Override
    public void close() {
        closed = true;
        abort();
        drop();
    }

    private void drop() {
        HttpClientConnection old = connection;
        connection = null;
        if (old != null) {
            closing++;
            old.close().onComplete(gone -> closing--);
        }
    }

    private static void quietly(Future<Void> future) {
        future.onFailure(failure -> LOG.atTrace().setCause(failure).log("already closed"));
    }
}
