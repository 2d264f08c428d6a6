package dev.berth.observe;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;

/**
 * Keeps out of the log a fault of Vert.x's that does no harm and that any client can bring about, once for each stream:
 * one that is closed while the head of its answer still waits has a promise failed for it that is not there. What else
 * is thrown where streams close is logged.
 */
final class ClosedStreams extends Filter<ILoggingEvent> {
    private static final String LOGGER = "io.netty.handler.codec.http2.DefaultHttp2Connection";
    private static final String THROWN_IN = "io.vertx.core.http.impl.VertxHttp2Stream$";

    @Override
    public FilterReply decide(ILoggingEvent event) {
        IThrowableProxy thrown = event.getThrowableProxy();
        boolean known = thrown != null
                && event.getLoggerName().equals(LOGGER)
                && thrown.getClassName().equals(NullPointerException.class.getName())
                && thrown.getStackTraceElementProxyArray().length > 0
                && thrown.getStackTraceElementProxyArray()[0]
                        .getStackTraceElement()
                        .getClassName()
                        .startsWith(THROWN_IN);
        return known ? FilterReply.DENY : FilterReply.NEUTRAL;
    }
}
