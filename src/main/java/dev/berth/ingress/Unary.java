package dev.berth.ingress;

import io.vertx.core.Future;
import io.vertx.grpc.common.CodecException;
import io.vertx.grpc.common.GrpcMessage;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.MessageSizeOverflowException;
import io.vertx.grpc.server.GrpcServerRequest;
import io.vertx.grpc.server.GrpcServerResponse;
import io.vertx.grpc.server.StatusException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One call of a method with one request and one answer. */
final class Unary<Q, A> {
    private static final Logger LOG = LoggerFactory.getLogger(Unary.class);

    private final GrpcServerRequest<Q, A> request;
    private final GrpcServerResponse<Q, A> response;
    private final GrpcMessageDecoder<Q> decoder;
    private final Function<Q, Future<A>> method;
    private boolean asked;
    private boolean over;

    private Unary(GrpcServerRequest<Q, A> request, GrpcMessageDecoder<Q> decoder, Function<Q, Future<A>> method) {
        this.request = request;
        this.response = request.response();
        this.decoder = decoder;
        this.method = method;
    }

    static <Q, A> void serve(
            GrpcServerRequest<Q, A> request,
            GrpcMessageDecoder<Q> decoder,
            int maxMessageBytes,
            Function<Q, Future<A>> method) {
        Unary<Q, A> unary = new Unary<>(request, decoder, method);
        request.messageHandler(message -> {
            if (!unary.asked) {
                unary.asked = true;
                unary.ask(message);
            }
        });
        request.invalidMessageHandler(invalid -> unary.fail(
                invalid instanceof MessageSizeOverflowException tooBig
                        ? Oversize.status(tooBig, maxMessageBytes)
                        : new StatusException(GrpcStatus.INTERNAL, "message cannot be decoded")));
        request.endHandler(v -> {
            if (!unary.asked) {
                unary.fail(new StatusException(GrpcStatus.INTERNAL, "the request message is missing"));
            }
        });
        request.errorHandler(error -> unary.over = true);
        request.exceptionHandler(gone -> unary.over = true);
        unary.response.exceptionHandler(gone -> unary.over = true);
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
        if (!over) {
            over = true;
            response.end(message);
        }
    }

    private void fail(Throwable failure) {
        if (!over) {
            over = true;
            if (!(failure instanceof StatusException)) {
                LOG.atError()
                        .addKeyValue("method", request.fullMethodName())
                        .setCause(failure)
                        .log("request failed");
            }
            response.fail(failure);
        }
    }
}
