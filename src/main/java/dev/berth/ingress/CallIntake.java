package dev.berth.ingress;

import dev.berth.call.CallModel;
import dev.berth.call.CallModelParser;
import dev.berth.call.ContainerSpec;
import dev.berth.error.RunnerException;
import dev.berth.proto.TryCall;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/** A call's document: what it holds of the node's memory, and the order that it becomes. Confined to its stream's context. */
final class CallIntake {
    private final IngressParts parts;
    private final NodeBudget.Lease lease;
    private final @Nullable String requestId;
    private long bytes;

    /** @param lease for the document, and for request bytes that wait for the function */
    CallIntake(IngressParts parts, NodeBudget.Lease lease, @Nullable String requestId) {
        this.parts = parts;
        this.lease = lease;
        this.requestId = requestId;
    }

    /** Takes what the document will cost as objects; what the caller is told if that is refused. */
    @Nullable
    RunnerException hold(Buffer document) {
        bytes = DocumentCost.of(document);
        return DocumentCost.take(bytes, lease);
    }

    /** Holds bytes of a body beside the document. Whether there is memory for them. */
    boolean holdBeside(long waiting) {
        return lease.hold(bytes + waiting);
    }

    /** The document alone is held from now on. */
    void keepDocument() {
        lease.keep(bytes);
    }

    /** @throws RunnerException if this is no call */
    CallOrder order(TryCall call, Deadline deadline, CallReport report, EngageResponse reply) {
        CallModel model = CallModelParser.parse(call.getModelsCallJson());
        report.describe(model);
        if (model.detached()) {
            reply.detach();
        }
        ContainerSpec spec = parts.calls().spec(model, call.getSlotHashId().toByteArray(), call.getExtensionsMap());
        return new CallOrder(
                model.id(),
                spec,
                model.timeout(),
                deadline,
                end -> parts.calls().request(model, end, requestId));
    }
}
