package dev.berth.engine.docker;

import dev.berth.error.Descriptors;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.NetClient;
import java.io.FileNotFoundException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Carries requests to the engine. Short requests share a bounded pool of connections; those that stay open
 * (waiting for an end, pulling, attached streams) each have a connection of their own, so that they never
 * hold up the short ones.
 *
 * <p>May be used on any Vert.x context; results arrive on that context, or on one of its own when there was
 * none. Every failure is a {@link RunnerException} that names the engine.
 */
final class EngineHttp {
    private static final int POOL_SIZE = 32;
    /** One per running container, and those attached or pulling: more than a machine has room for. */
    private static final int MAX_STREAMS = 8_192;

    private static final int MAX_WAITING = 1_000;
    /** No answer we read whole is anywhere near this; a runaway one must not fill the heap. */
    private static final int MAX_REPLY_BYTES = 32 * 1024 * 1024;

    /** Also how long a short request waits for one of the pool's connections. */
    private static final long CONNECT_MILLIS = 10_000;

    private final Vertx vertx;
    private final EngineAddress address;
    private volatile EngineCallListener listener = EngineCallListener.NONE;
    private final HttpClientAgent calls;
    private final HttpClientAgent streams;
    private final NetClient sockets;
    private final Context own;
    private volatile String prefix = "";
    private volatile boolean closed;

    EngineHttp(Vertx vertx, EngineAddress address) {
        this.vertx = vertx;
        this.address = address;
        this.own = vertx.getOrCreateContext();
        HttpClientOptions options = address.clientOptions().setProtocolVersion(HttpVersion.HTTP_1_1);
        this.sockets = vertx.createNetClient(address.socketOptions().setConnectTimeout((int) CONNECT_MILLIS));
        this.calls = client(options, POOL_SIZE);
        this.streams = client(new HttpClientOptions(options).setKeepAlive(false), MAX_STREAMS);
    }

    /** A connection that breaks has its requests fail, which is all there is to tell of it. */
    private HttpClientAgent client(HttpClientOptions options, int connections) {
        return vertx.httpClientBuilder()
                .with(options)
                .with(new PoolOptions().setHttp1MaxSize(connections).setMaxWaitQueueSize(MAX_WAITING))
                .withConnectHandler(connection -> connection.exceptionHandler(broken -> {}))
                .build();
    }

    /** Who hears of requests from now on. */
    void listen(EngineCallListener next) {
        listener = next;
    }

    EngineAddress address() {
        return address;
    }

    /** From now on paths are asked for in this version of the API, such as {@code 1.41}. */
    void useVersion(String version) {
        prefix = "/v" + version;
    }

    /** The whole answer, whatever its status. */
    Future<EngineResponse> call(EngineRequest request) {
        return onContext(() -> new Exchange<EngineResponse>(request, calls, this::whole).run(plainSend(request)));
    }

    /**
     * The answer's head; its body is paused, and whoever gets it must read it to the end or reset the request.
     * There is no limit on how long the body takes.
     */
    Future<HttpClientResponse> open(EngineRequest request) {
        return onContext(
                () -> new Exchange<HttpClientResponse>(request, streams, EngineHttp::head).run(plainSend(request)));
    }

    /** As {@link #open}, with a body that is sent by {@code send}; the limit includes the sending. */
    Future<HttpClientResponse> open(
            EngineRequest request, Function<HttpClientRequest, Future<HttpClientResponse>> send) {
        return onContext(() -> new Exchange<HttpClientResponse>(request, streams, EngineHttp::head).run(send));
    }

    /** Turns a connection into a raw one. */
    Future<RawConnection> upgrade(EngineRequest request) {
        return onContext(() -> {
            Promise<RawConnection> result = Promise.promise();
            long began = System.nanoTime();
            long timer = vertx.setTimer(request.limit().toMillis(), id -> result.tryFail(late(request)));
            Future.succeededFuture(sockets)
                    .compose(open -> open.connect(address.socket(), address.host()))
                    .onSuccess(socket -> RawConnection.ask(socket, request, prefix + request.path(), address.host())
                            .onComplete(result::tryComplete, cause -> result.tryFail(broken(cause)))
                            .onComplete(done -> {
                                if (done.failed() || result.future().failed()) {
                                    socket.close();
                                }
                            }))
                    .onFailure(cause -> result.tryFail(broken(cause)));
            return result.future().onComplete(done -> {
                vertx.cancelTimer(timer);
                listener.onCall(request.verb(), done.succeeded() ? 101 : 0, System.nanoTime() - began);
            });
        });
    }

    /** A whole answer from a streamed one, for the message of an error. */
    Future<EngineResponse> whole(HttpClientResponse response) {
        Promise<EngineResponse> reply = Promise.promise();
        Buffer body = Buffer.buffer();
        response.exceptionHandler(reply::tryFail);
        response.handler(chunk -> {
            if (body.length() + chunk.length() > MAX_REPLY_BYTES) {
                reply.tryFail(failure("answered with more than " + MAX_REPLY_BYTES + " bytes"));
            } else {
                body.appendBuffer(chunk);
            }
        });
        response.endHandler(
                end -> reply.tryComplete(new EngineResponse(response.statusCode(), response.headers(), body)));
        response.resume();
        return reply.future();
    }

    /** Whether there is no point in trying again. */
    boolean closed() {
        return closed;
    }

    Future<Void> close() {
        closed = true;
        return Future.join(calls.close(), streams.close(), sockets.close()).mapEmpty();
    }

    /** A failure of the engine in our own words: {@code container engine at … <what>}, for the log. */
    RunnerException failure(String what) {
        return ErrorCode.ENGINE_FAILED.hiding("container engine at " + address.text() + " " + what);
    }

    /** The engine does not answer, in the same form: what was asked for may be had elsewhere. */
    RunnerException gone(String what) {
        return ErrorCode.ENGINE_GONE.hiding("container engine at " + address.text() + " " + what);
    }

    private static Function<HttpClientRequest, Future<HttpClientResponse>> plainSend(EngineRequest request) {
        Buffer json = request.json();
        return json == null ? HttpClientRequest::send : sent -> sent.send(json);
    }

    private static Future<HttpClientResponse> head(HttpClientResponse response) {
        response.pause();
        return Future.succeededFuture(response);
    }

    private <T> Future<T> onContext(Supplier<Future<T>> action) {
        if (Vertx.currentContext() != null) {
            return action.get();
        }
        Promise<T> promise = Promise.promise();
        own.runOnContext(v -> action.get().onComplete(promise));
        return promise.future();
    }

    private RunnerException late(EngineRequest request) {
        return gone("did not finish " + request.verb() + " within "
                + TimeUnit.MILLISECONDS.toSeconds(request.limit().toMillis()) + " s");
    }

    private RunnerException broken(Throwable cause) {
        if (cause instanceof RunnerException known) {
            return known;
        }
        if (Descriptors.exhausted(cause)) {
            return Descriptors.none("to ask the container engine");
        }
        String text = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        if (cause instanceof FileNotFoundException || text.contains("No such file")) {
            return gone("is not answering: no such socket");
        }
        if (text.contains("Permission denied")) {
            return gone("refuses us: permission denied; is this user in the socket's group?");
        }
        return gone("is not answering: " + text);
    }

    /** One request and its answer, on one context. Past its limit the connection is given up. */
    private final class Exchange<T> {
        private final EngineRequest request;
        private final HttpClientAgent client;
        private final Function<HttpClientResponse, Future<T>> read;
        private final Promise<T> result = Promise.promise();
        private final long began = System.nanoTime();
        private @Nullable HttpClientRequest sent;
        private int status;

        Exchange(EngineRequest request, HttpClientAgent client, Function<HttpClientResponse, Future<T>> read) {
            this.request = request;
            this.client = client;
            this.read = read;
        }

        Future<T> run(Function<HttpClientRequest, Future<HttpClientResponse>> send) {
            long timer = vertx.setTimer(Math.max(1, request.limit().toMillis()), id -> expire());
            // A closed client throws: that too is a failure of this request.
            Future.succeededFuture(client)
                    .compose(open -> open.request(options()))
                    .compose(opened -> {
                        sent = opened;
                        if (result.future().isComplete()) {
                            abandon();
                            return Future.failedFuture("too late");
                        }
                        return send.apply(opened);
                    })
                    .compose(response -> {
                        status = response.statusCode();
                        return read.apply(response);
                    })
                    .onSuccess(result::tryComplete)
                    .onFailure(cause -> result.tryFail(broken(cause)));
            return result.future().onFailure(cause -> abandon()).onComplete(done -> {
                vertx.cancelTimer(timer);
                listener.onCall(request.verb(), done.succeeded() ? status : 0, System.nanoTime() - began);
            });
        }

        private void expire() {
            result.tryFail(late(request));
        }

        private void abandon() {
            if (sent != null) {
                sent.reset();
            }
        }

        private RequestOptions options() {
            RequestOptions options = new RequestOptions()
                    .setServer(address.socket())
                    .setHost(address.host())
                    .setPort(
                            address.socket().isDomainSocket()
                                    ? 80
                                    : address.socket().port())
                    .setSsl(address.tls())
                    .setMethod(request.method())
                    .setURI(prefix + request.path())
                    .setConnectTimeout(Math.min(CONNECT_MILLIS, request.limit().toMillis()));
            request.headers().forEach(options::putHeader);
            if (request.json() != null) {
                options.putHeader("Content-Type", "application/json");
            }
            return options;
        }
    }
}
