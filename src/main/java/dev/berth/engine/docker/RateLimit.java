package dev.berth.engine.docker;

import io.vertx.core.Future;
import io.vertx.core.Vertx;

/** At most so many a second, with a burst after a rest; whoever is too early waits. Used on one context. */
final class RateLimit {
    private final Vertx vertx;
    private final long stepMillis;
    private final long burstMillis;
    private long next;

    RateLimit(Vertx vertx, int perSecond, int burst) {
        this.vertx = vertx;
        this.stepMillis = 1_000 / perSecond;
        this.burstMillis = stepMillis * burst;
        this.next = now() - burstMillis;
    }

    Future<Void> permit() {
        next = Math.max(next, now() - burstMillis) + stepMillis;
        long wait = next - now();
        return wait <= 0 ? Future.succeededFuture() : vertx.timer(wait).mapEmpty();
    }

    private static long now() {
        return System.nanoTime() / 1_000_000;
    }
}
