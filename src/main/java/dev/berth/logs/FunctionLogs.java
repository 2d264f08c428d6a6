package dev.berth.logs;

import dev.berth.config.FunctionLogConfig;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Where workers bring the output of their containers. Shared by all of a node. */
public final class FunctionLogs {
    private final @Nullable LogBuffer buffer;
    private final @Nullable LogTee tee;
    private final long maxBytesPerCall;
    private final FunctionLogConfig.Syslog syslog;

    /**
     * @param buffer keeps output; null: none is kept for a collector
     * @param tee shows it to operators; null: to none. Without either, what goes to no syslog server is thrown away
     * @param maxBytesPerCall what is kept, or sent to a syslog server, of one call's; 0: nothing
     */
    public FunctionLogs(
            @Nullable LogBuffer buffer, @Nullable LogTee tee, long maxBytesPerCall, FunctionLogConfig.Syslog syslog) {
        this.buffer = buffer;
        this.tee = tee;
        this.maxBytesPerCall = maxBytesPerCall;
        this.syslog = syslog;
    }

    /** Whether containers need be attached to. */
    public boolean kept() {
        return buffer != null || tee != null;
    }

    /**
     * The way of one container's output to the syslog servers of its calls; must be used on the calling context
     * alone.
     *
     * @param url as in the call
     * @param route of a legacy call, for one or more addresses and the messages of then; null: one address, and
     *     messages as from the engine's driver
     */
    public SyslogOutput syslog(Vertx vertx, LogOrigin origin, String url, @Nullable String route) {
        return new SyslogOutput(vertx, syslog, origin, url, route);
    }

    /**
     * The log of one container; must be used on the calling context alone.
     *
     * @param output where the lines go besides
     */
    public ContainerLog open(Vertx vertx, LogOrigin origin, @Nullable SyslogOutput output) {
        Consumer<List<LogLine>> sink = buffer == null ? lines -> {} : buffer::add;
        if (tee != null) {
            sink = sink.andThen(tee::add);
        }
        if (output != null) {
            sink = sink.andThen(output::accept);
        }
        return new ContainerLog(vertx, origin, sink, kept() || output != null ? maxBytesPerCall : 0);
    }
}
