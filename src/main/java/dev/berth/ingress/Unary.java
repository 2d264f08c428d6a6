package dev.berth.ingress;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.grpc.common.CodecException;
import io.vertx.grpc.common.GrpcMessage;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.MessageSizeOverflowException;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerRequest;
import io.vertx.grpc.server.GrpcServerResponse;
import io.vertx.grpc.server.StatusException;
import java.time.Duration;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One call of a method with one request and one answer, by the RPC's deadline. */
public final class Unary<Q, A> {
    private static final Logger LOG = LoggerFactory.getLogger(Unary.class);

    /** How long a client without a deadline of its own may take to say what it wants. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final GrpcServerRequest<Q, A> request;
    private final GrpcServerResponse<Q, A> response;
    private final GrpcMessageDecoder<Q> decoder;
    private final Function<Q, Future<A>> method;
    private final OneTimer timer;
    private boolean endsWithoutMessage;
    private boolean asked;
    private boolean over;

    private Unary(
            Vertx vertx,
            GrpcServerRequest<Q, A> request,
            GrpcMessageDecoder<Q> decoder,
            Function<Q, Future<A>> method) {
        this.timer = new OneTimer(vertx);
        this.request = request;
        this.response = request.response();
        this.decoder = decoder;
        this.method = method;
    }

    /** Binds a method's handler. Failures with a {@link StatusException} are told to the client as they are. */
    public static <Q, A> void bind(
            GrpcServer server, Vertx vertx, ServiceMethod<Q, A> service, Function<Q, Future<A>> method) {
        bindWithHeaders(server, vertx, service, (message, headers) -> method.apply(message));
    }

    /** The same for a method that looks at the metadata too. */
    public static <Q, A> void bindWithHeaders(
            GrpcServer server, Vertx vertx, ServiceMethod<Q, A> service, BiFunction<Q, MultiMap, Future<A>> method) {
        server.callHandler(
                service,
                request -> new Unary<>(
                                vertx, request, service.decoder(), message -> method.apply(message, request.headers()))
                        .start());
    }

    private void start() {
        request.messageHandler(message -> {
            if (!asked) {
                asked = true;
                if (endsWithoutMessage) {
                    timer.clear();
                }
                ask(message);
            }
        });
        request.invalidMessageHandler(invalid -> fail(
                invalid instanceof MessageSizeOverflowException tooBig
                        ? Oversize.status(tooBig)
                        : new StatusException(GrpcStatus.INTERNAL, "message cannot be decoded")));
        request.endHandler(v -> {
            if (!asked) {
                fail(new StatusException(GrpcStatus.INTERNAL, "the request message is missing"));
            }
        });
        request.errorHandler(error -> close());
        request.exceptionHandler(gone -> close());
        response.exceptionHandler(gone -> close());
        Deadline deadline = GrpcTimeout.parse(request.headers().get("grpc-timeout"));
        endsWithoutMessage = !deadline.limited();
        timer.set(
                endsWithoutMessage ? PATIENCE.toMillis() : deadline.timerMillis(Duration.ZERO),
                () -> fail(new StatusException(GrpcStatus.DEADLINE_EXCEEDED, "deadline exceeded")));
    }

    private void ask(GrpcMessage message) {
        Future<A> answer;
        try {
            answer = method.apply(decoder.decode(message));
        } catch (CodecException malformed) {
            fail(new StatusException(GrpcStatus.INTERNAL, "message cannot be decoded"));
            return;
        } catch (RuntimeException failure) {
            fail(failure);
            return;
        }
        answer.onSuccess(this::answer).onFailure(this::fail);
    }

    private void answer(A message) {
        if (close()) {
            // Trailers wait until the message has left: if their stream ends while they are queued, the library does
            // not cope.
            response.write(message).onSuccess(left -> response.end());
        }
    }

    private void fail(Throwable failure) {
        if (close()) {
            if (!(failure instanceof StatusException)) {
                LOG.atError()
                        .addKeyValue("method", request.fullMethodName())
                        .setCause(failure)
                        .log("request failed");
            }
            response.fail(failure);
        }
    }

    /** Whether it was open. */
    private boolean close() {
        timer.clear();
        boolean open = !over;
        over = true;
        return open;
    }
}
