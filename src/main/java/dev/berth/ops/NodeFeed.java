package dev.berth.ops;

import dev.berth.bus.NodeSnapshot;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The registry's state for all who look at it here: asked for once at a time, and at most once a second however many
 * look. Confined to one context.
 */
final class NodeFeed {
    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Context context;
    private final NodeView node;
    private @Nullable Future<NodeSnapshot> asked;
    private long askedAt;

    NodeFeed(Context context, NodeView node) {
        this.context = context;
        this.node = node;
    }

    /** Completes on the context; fails if the registry does not answer. */
    Future<NodeSnapshot> snapshot() {
        Future<NodeSnapshot> known = asked;
        long now = System.nanoTime();
        if (known != null && (!known.isComplete() || (known.succeeded() && now - askedAt < FRESH_NANOS))) {
            return known;
        }
        Promise<NodeSnapshot> answer = Promise.promise();
        asked = answer.future();
        askedAt = now;
        node.registry().get().onComplete(told -> context.runOnContext(turn -> answer.handle(told)));
        return answer.future();
    }
}
