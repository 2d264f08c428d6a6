package dev.berth.ops;

import dev.berth.bus.NodeSnapshot;
import dev.berth.cluster.ClusterBoard;
import dev.berth.config.LoadedConfig.Effective;
import dev.berth.ingress.IngressCounters;
import dev.berth.logs.LogTee;
import dev.berth.ops.meter.NodeMeters;
import dev.berth.status.ColdCapacity;
import dev.berth.status.NodeFacts;
import dev.berth.why.WhyBook;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
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
 * @param why what is kept of calls
 * @param output what functions print; null: it is not read
 * @param control changes the node
 */
public record NodeView(
        NodeFacts facts,
        IngressCounters counters,
        ColdCapacity cold,
        @Nullable ClusterBoard cluster,
        Supplier<Future<NodeSnapshot>> registry,
        List<Context> loops,
        List<Effective> settings,
        NodeMeters meters,
        WhyBook why,
        @Nullable LogTee output,
        NodeControl control) {
    public NodeView {
        loops = List.copyOf(loops);
        settings = List.copyOf(settings);
    }

    /** The same result, told on a context of the operations port whatever loop it comes from. */
    static <T> Future<T> onContext(Context context, Future<T> elsewhere) {
        Promise<T> here = Promise.promise();
        elsewhere.onComplete(result -> context.runOnContext(turn -> here.handle(result)));
        return here.future();
    }
}
