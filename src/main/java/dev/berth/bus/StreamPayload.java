package dev.berth.bus;

import dev.berth.call.ResponseHead;
import dev.berth.error.RunnerException;

/** Wire form of the objects that travel in frame streams beside the bytes. */
public final class StreamPayload {
    private static final int RUN_CALL = 1;
    private static final int RESPONSE_HEAD = 2;
    private static final int CALL_END = 3;
    private static final int TEXT = 4;

    private StreamPayload() {}

    /** Fails with IllegalArgumentException for a type that has no wire form. */
    public static void write(WireWriter out, Object payload) {
        if (payload instanceof RunCall run) {
            out.number(RUN_CALL).text(run.containerId()).number(run.lease());
            CallValues.writeRequest(out, run.request());
        } else if (payload instanceof ResponseHead head) {
            out.number(RESPONSE_HEAD);
            CallValues.writeHead(out, head);
        } else if (payload instanceof CallEnd end) {
            out.number(CALL_END).optional(end.error(), error -> CallValues.writeError(out, error));
        } else if (payload instanceof String text) {
            out.number(TEXT).text(text);
        } else {
            throw new IllegalArgumentException("no wire form for " + payload.getClass());
        }
    }

    public static Object read(WireReader in) {
        int kind = in.integer();
        return switch (kind) {
            case RUN_CALL -> new RunCall(in.text(), in.number(), CallValues.readRequest(in));
            case RESPONSE_HEAD -> CallValues.readHead(in);
            case CALL_END -> new CallEnd(in.<RunnerException>optional(() -> CallValues.readError(in)));
            case TEXT -> in.text();
            default -> throw new IllegalArgumentException("no stream payload of kind " + kind);
        };
    }
}
