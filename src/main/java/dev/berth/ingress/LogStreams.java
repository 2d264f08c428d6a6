package dev.berth.ingress;

import dev.berth.proto.LogRequestMsg;
import dev.berth.proto.LogResponseMsg;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.server.GrpcServerRequest;

/** The StreamLogs method. Nothing on this node hands function output out, and a collector is told so. */
final class LogStreams {
    private LogStreams() {}

    static void serve(GrpcServerRequest<LogRequestMsg, LogResponseMsg> request) {
        // Read and drop whatever comes, or an unread stream would fill its connection's window.
        request.messageHandler(message -> {});
        request.response()
                .status(GrpcStatus.UNKNOWN)
                .statusMessage("runner not configured with logStreamer")
                .end();
    }
}
