package dev.berth.ingress;

import io.vertx.core.Vertx;

/** At most one timer. Confined to the context it is set in. */
final class OneTimer {
    private static final long NONE = -1;

    private final Vertx vertx;
    private long id = NONE;

    OneTimer(Vertx vertx) {
        this.vertx = vertx;
    }

    /**
     * In place of the one that was set before, if there was one.
     *
     * @param millis at least 1
     * @param due run unless it is cleared before
     */
    void set(long millis, Runnable due) {
        clear();
        id = vertx.setTimer(millis, fired -> {
            id = NONE;
            due.run();
        });
    }

    boolean isSet() {
        return id != NONE;
    }

    void clear() {
        if (id != NONE) {
            vertx.cancelTimer(id);
            id = NONE;
        }
    }
}
