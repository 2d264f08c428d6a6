package dev.berth.observe;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;

/** Keeps out of the log what is said on threads of one group, whatever their level. */
public final class Unlogged extends Filter<ILoggingEvent> {
    /** Whoever is not to be logged starts its threads in it; threads started by these belong to it too. */
    public static final ThreadGroup THREADS = new ThreadGroup("unlogged");

    Unlogged() {}

    @Override
    public FilterReply decide(ILoggingEvent event) {
        return Thread.currentThread().getThreadGroup() == THREADS ? FilterReply.DENY : FilterReply.NEUTRAL;
    }
}
