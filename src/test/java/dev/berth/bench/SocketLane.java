package dev.berth.bench;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpConnectOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Calls one function's process directly over its Unix socket, with the request that a runner would send, on a
 * connection of its own that is kept: the lower bound of what a call through a runner can take.
 */
final class SocketLane implements Lane {
    private static final String HOST = "localhost";

    private final HttpClientAgent client;
    private final SocketAddress socket;
    private final CallSpec spec;
    private final CallIds ids;
    private final Payload payload;
    private final Expected expected;
    private @Nullable HttpClientConnection connection;

    SocketLane(HttpClientAgent client, String socket, CallSpec spec, CallIds ids, Payload payload, Expected expected) {
        this.client = client;
        this.socket = SocketAddress.domainSocketAddress(socket);
        this.spec = spec;
        this.ids = ids;
        this.payload = payload;
        this.expected = expected;
    }

    @Override
    public Future<Long> call(boolean sums) {
        return connection()
                .compose(open -> open.request(new RequestOptions()
                        .setMethod(HttpMethod.POST)
                        .setURI("/call")
                        .setHost(HOST)))
                .compose(request -> new Exchange(request, expected.reading(sums)).run())
                .onFailure(failure -> forget());
    }

    /** A broken connection would fail the next call before its end is heard of, and so on for ever. */
    private void forget() {
        HttpClientConnection broken = connection;
        connection = null;
        if (broken != null) {
            broken.close();
        }
    }

    private Future<HttpClientConnection> connection() {
        if (connection != null) {
            return Future.succeededFuture(connection);
        }
        return client.connect(new HttpConnectOptions().setServer(socket).setHost(HOST))
                .onSuccess(made -> {
                    connection = made;
                    made.closeHandler(nothing -> connection = null);
                });
    }

    @Override
    public Future<Void> close() {
        return connection == null ? Future.succeededFuture() : connection.close();
    }

    private final class Exchange {
        private final HttpClientRequest request;
        private final Expected.Reading reading;
        private final Promise<Long> done = Promise.promise();
        private final Iterator<Buffer> body = payload.pieces().iterator();

        Exchange(HttpClientRequest request, Expected.Reading reading) {
            this.request = request;
            this.reading = reading;
        }

        Future<Long> run() {
            request.setChunked(true);
            spec.headers().forEach(request::putHeader);
            request.putHeader("Fn-Call-Id", ids.next());
            request.putHeader("Fn-Deadline", deadline());
            request.response().onComplete(this::read, done::tryFail);
            request.exceptionHandler(done::tryFail);
            request.drainHandler(nothing -> writeBody());
            writeBody();
            return done.future();
        }

        private void writeBody() {
            while (body.hasNext() && !request.writeQueueFull()) {
                request.write(body.next());
            }
            if (!body.hasNext()) {
                request.drainHandler(null);
                request.end();
            }
        }

        private void read(HttpClientResponse response) {
            response.exceptionHandler(done::tryFail);
            response.handler(bytes -> reading.take(bytes, 0, bytes.length()));
            response.endHandler(nothing -> end(response.statusCode()));
        }

        private void end(int status) {
            String problem = status == 200 ? reading.problem() : "status " + status;
            if (problem != null) {
                done.tryFail(problem);
            } else {
                done.tryComplete(reading.count());
            }
        }
    }

    private String deadline() {
        return Instant.now()
                .plusSeconds(spec.timeoutSeconds())
                .truncatedTo(ChronoUnit.SECONDS)
                .toString();
    }
}
