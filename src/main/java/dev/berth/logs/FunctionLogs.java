package dev.berth.logs;

import io.vertx.core.Vertx;
import org.jspecify.annotations.Nullable;

/** Where workers bring the output of their containers. Shared by all of a node. */
public final class FunctionLogs {
    /** Output is thrown away. */
    public static final FunctionLogs NONE = new FunctionLogs(null, 0);

    private final @Nullable LogBuffer buffer;
    private final long maxBytesPerCall;

    private FunctionLogs(@Nullable LogBuffer buffer, long maxBytesPerCall) {
        this.buffer = buffer;
        this.maxBytesPerCall = maxBytesPerCall;
    }

    /**
     * Output is kept.
     *
     * @param maxBytesPerCall what is kept of one call's; 0: nothing
     */
    public static FunctionLogs into(LogBuffer buffer, long maxBytesPerCall) {
        return new FunctionLogs(buffer, maxBytesPerCall);
    }

    /** Whether containers need be attached to. */
    public boolean kept() {
        return buffer != null;
    }

    /** The log of one container; must be used on the calling context alone. */
    public ContainerLog open(Vertx vertx, LogOrigin origin) {
        return buffer == null
                ? new ContainerLog(vertx, origin, lines -> {}, 0)
                : new ContainerLog(vertx, origin, buffer::add, maxBytesPerCall);
    }
}
