package dev.berth.ops;

import dev.berth.bus.NodeSnapshot;
import io.vertx.core.Context;
import io.vertx.core.Future;
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
        if (known != null
                && (!known.isComplete() || (known.succeeded() && System.nanoTime() - askedAt < FRESH_NANOS))) {
            return known;
        }
        return now();
    }

    /** As {@link #snapshot()}, and never older than this request: for a person who decides by it. */
    Future<NodeSnapshot> now() {
        Future<NodeSnapshot> answer =
                NodeView.onContext(context, node.registry().get());
        asked = answer;
        askedAt = System.nanoTime();
        return answer;
    }
}
