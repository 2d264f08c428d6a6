package dev.berth.bench;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.berth.proto.RunnerMsg;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcMessage;
import io.vertx.grpc.common.GrpcStatus;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** Calls through a runner: one Engage stream each, never half-closed, reset once the answer is there. */
final class EngageLane implements Lane {
    private final EngageConnection connection;
    private final CallIds ids;
    private final EngageWire wire;
    private final Expected expected;

    EngageLane(EngageConnection connection, CallIds ids, EngageWire wire, Expected expected) {
        this.connection = connection;
        this.ids = ids;
        this.wire = wire;
        this.expected = expected;
    }

    @Override
    public Future<Long> call(boolean sums) {
        return connection.engage().compose(request -> new Exchange(request, expected.reading(sums)).run());
    }

    @Override
    public Future<Void> close() {
        return Future.succeededFuture();
    }

    private final class Exchange {
        private final GrpcClientRequest<Buffer, Buffer> request;
        private final Expected.Reading reading;
        private final Promise<Long> done = Promise.promise();
        private final Iterator<GrpcMessage> body = wire.body().iterator();
        private boolean started;
        private boolean finished;
        private @Nullable String problem;

        Exchange(GrpcClientRequest<Buffer, Buffer> request, Expected.Reading reading) {
            this.request = request;
            this.reading = reading;
        }

        Future<Long> run() {
            request.response().onComplete(this::read, done::tryFail);
            request.exceptionHandler(done::tryFail);
            request.writeMessage(wire.tryCall(ids.next()));
            request.drainHandler(nothing -> writeBody());
            writeBody();
            return done.future();
        }

        private void writeBody() {
            while (body.hasNext() && !request.writeQueueFull()) {
                request.writeMessage(body.next());
            }
        }

        private void read(GrpcClientResponse<Buffer, Buffer> response) {
            response.exceptionHandler(done::tryFail);
            response.messageHandler(message -> take(message.payload()));
            response.endHandler(nothing -> end(response));
        }

        private void take(Buffer message) {
            if (EngageWire.isData(message)) {
                EngageWire.takeData(message, reading);
                return;
            }
            try {
                take(EngageWire.parse(message));
            } catch (InvalidProtocolBufferException e) {
                problem = "unreadable message: " + e.getMessage();
            }
        }

        private void take(RunnerMsg message) {
            switch (message.getBodyCase()) {
                case RESULT_START ->
                    started = message.getResultStart().getHttp().getStatusCode() == 200;
                case FINISHED -> {
                    finished = true;
                    if (!message.getFinished().getSuccess()) {
                        problem = message.getFinished().getErrorCode() + " "
                                + message.getFinished().getErrorStr();
                    }
                }
                case DATA, BODY_NOT_SET -> problem = "unexpected " + message.getBodyCase();
            }
        }

        private void end(GrpcClientResponse<Buffer, Buffer> response) {
            // A load balancer does not half-close: its library resets the stream once the call is over.
            request.cancel();
            if (response.status() != GrpcStatus.OK) {
                done.tryFail("status " + response.status() + " " + response.statusMessage());
            } else if (problem != null) {
                done.tryFail(problem);
            } else if (!started || !finished) {
                done.tryFail("stream ended " + (finished ? "without a result" : "unfinished"));
            } else {
                String wrong = reading.problem();
                if (wrong != null) {
                    done.tryFail(wrong);
                } else {
                    done.tryComplete(reading.count());
                }
            }
        }
    }
}
