package dev.berth.worker;

import dev.berth.bus.Inbox;
import dev.berth.bus.RegistryMessage;
import dev.berth.bus.WorkerMessage;
import dev.berth.config.StreamConfig;
import dev.berth.stream.StreamEndpoint;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.tracing.TracingPolicy;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One container worker: takes {@link WorkerMessage}s at its address and calls' streams at that address's
 * frames, and tells the registry what becomes of its containers. Several run on a node, one per event loop;
 * each owns its containers alone.
 *
 * <p>Undeploying removes its containers and completes when none is left.
 */
public final class ContainerWorkerVerticle extends VerticleBase {
    /**
     * What a worker is joined to.
     *
     * @param bus with the codecs of all messages registered
     * @param address where the worker listens
     * @param registry address of this node's registry
     */
    public record Route(EventBus bus, String address, String registry) {}

    private final Route route;
    private final WorkerParts parts;
    private final StreamConfig streams;
    private @Nullable Worker worker;
    private @Nullable StreamEndpoint endpoint;
    private @Nullable Inbox<WorkerMessage> inbox;

    public ContainerWorkerVerticle(Route route, WorkerParts parts, StreamConfig streams) {
        this.route = route;
        this.parts = parts;
        this.streams = streams;
    }

    @Override
    public Future<?> start() {
        DeliveryOptions local = new DeliveryOptions().setLocalOnly(true).setTracingPolicy(TracingPolicy.IGNORE);
        Worker started = new Worker(parts, context, message -> route.bus().send(route.registry(), message, local));
        worker = started;
        return StreamEndpoint.bind(vertx, route.address(), streams).compose(bound -> {
            endpoint = bound.acceptor(started::accept);
            Inbox<WorkerMessage> messages =
                    Inbox.openLocal(route.bus(), route.address(), WorkerMessage.class, (order, message) -> {
                        if (order instanceof RegistryMessage.NodeLost lost) {
                            bound.peerLost(lost.incarnation());
                        } else {
                            started.handle(order);
                        }
                    });
            inbox = messages;
            return messages.ready();
        });
    }

    @Override
    public Future<?> stop() {
        Future<Void> empty = worker == null ? Future.succeededFuture() : worker.stop();
        return empty.compose(gone -> endpoint == null ? Future.succeededFuture() : endpoint.close())
                .compose(gone -> inbox == null ? Future.succeededFuture() : inbox.close());
    }

    /**
     * Leaves the containers that are still there to the next start: nothing more is asked of the engine, which is about
     * to be closed. May be called from any thread.
     */
    public void giveUp() {
        context.runOnContext(turn -> {
            if (worker != null) {
                worker.giveUp();
            }
        });
    }

    /**
     * Takes over a container that an earlier runner has left. May be called from any thread, once deployed.
     *
     * @param index of this worker among the node's
     */
    Future<Void> adopt(LeftContainer left, int index) {
        Promise<Void> adopted = Promise.promise();
        context.runOnContext(turn ->
                Objects.requireNonNull(worker, "not started").adopt(left, index).onComplete(adopted));
        return adopted.future();
    }

    /** The worker's containers now. May be called from any thread. */
    public Future<WorkerSnapshot> snapshot() {
        Promise<WorkerSnapshot> taken = Promise.promise();
        context.runOnContext(turn ->
                taken.complete(Objects.requireNonNull(worker, "not started").snapshot()));
        return taken.future();
    }

    /** Streams of calls under way. For tests; on the worker's thread only. */
    int activeStreams() {
        return endpoint == null ? 0 : endpoint.active();
    }
}
