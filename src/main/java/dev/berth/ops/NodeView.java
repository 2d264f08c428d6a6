package dev.berth.ops;

import dev.berth.bus.NodeSnapshot;
import dev.berth.cluster.ClusterBoard;
import dev.berth.config.LoadedConfig.Effective;
import dev.berth.ingress.IngressCounters;
import dev.berth.status.ColdCapacity;
import dev.berth.status.NodeFacts;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the operations port can see of its node. All of it may be used on any thread.
 *
 * @param cluster null: the node stands alone
 * @param registry asks the slot registry; fails within a bounded time when it does not answer, on any thread
 * @param loops one context of each event loop that runs calls
 * @param settings with secrets hidden
 */
public record NodeView(
        NodeFacts facts,
        IngressCounters counters,
        ColdCapacity cold,
        @Nullable ClusterBoard cluster,
        Supplier<Future<NodeSnapshot>> registry,
        List<Context> loops,
        List<Effective> settings) {
    public NodeView {
        loops = List.copyOf(loops);
        settings = List.copyOf(settings);
    }
}
