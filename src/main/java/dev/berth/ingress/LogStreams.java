package dev.berth.ingress;

import dev.berth.logs.LogBuffer;
import dev.berth.proto.LogRequestMsg;
import dev.berth.proto.LogResponseMsg;
import io.vertx.core.Context;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.server.GrpcServerRequest;
import org.jspecify.annotations.Nullable;

/** The StreamLogs method of one verticle instance. The buffer is the node's. */
public final class LogStreams {
    private final Context context;
    private final @Nullable LogBuffer buffer;
    private final NodeBudget budget;
    private int open;

    /** @param buffer null: output is not kept, and a collector is told so */
    public LogStreams(Context context, @Nullable LogBuffer buffer, NodeBudget budget) {
        this.context = context;
        this.buffer = buffer;
        this.budget = budget;
    }

    public void serve(GrpcServerRequest<LogRequestMsg, LogResponseMsg> request) {
        if (buffer == null) {
            // Read and drop whatever comes, or an unread stream would fill its connection's window.
            request.messageHandler(message -> {});
            request.response()
                    .status(GrpcStatus.UNKNOWN)
                    .statusMessage("runner not configured with logStreamer")
                    .end();
            return;
        }
        open++;
        new LogStream(context, buffer, request, budget.lease(), () -> open--).start();
    }

    /** Streams that have not ended. */
    public int open() {
        return open;
    }
}
