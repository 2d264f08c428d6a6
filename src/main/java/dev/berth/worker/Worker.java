package dev.berth.worker;

import dev.berth.bus.CallEnd;
import dev.berth.bus.RunCall;
import dev.berth.bus.WorkerMessage;
import dev.berth.container.ContainerState;
import dev.berth.container.EndReason;
import dev.berth.error.ErrorCode;
import dev.berth.observe.CallKeys;
import dev.berth.stream.FrameStream;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The containers of one worker, found by their ids. Confined to one context. */
final class Worker {
    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

    private final WorkerParts parts;
    private final WorkerHost host;
    private final Map<String, HotContainer> containers = new HashMap<>();
    private @Nullable Promise<Void> stopping;

    Worker(WorkerParts parts, Context context, RegistryReports registry) {
        this.parts = parts;
        this.host = new WorkerHost(context, new FunctionDialer(context), registry, this::gone);
    }

    void handle(WorkerMessage message) {
        if (message instanceof WorkerMessage.LaunchContainer launch) {
            launch(launch);
        } else if (message instanceof WorkerMessage.RemoveContainer remove) {
            HotContainer container = containers.get(remove.containerId());
            if (container != null && remove.reason() == WorkerMessage.Reason.HANDED_OVER) {
                container.leave(remove.shown());
            } else if (container != null) {
                container.remove(endReason(remove.reason()), remove.reason().name());
            }
        } else if (message instanceof WorkerMessage.RevokeLease revoke) {
            HotContainer container = containers.get(revoke.containerId());
            if (container != null) {
                container.revoke(revoke.lease());
            }
        } else if (message instanceof WorkerMessage.WakeContainer wake) {
            HotContainer container = containers.get(wake.containerId());
            if (container != null) {
                container.wake(wake.lease());
            }
        }
    }

    private static EndReason endReason(WorkerMessage.Reason asked) {
        return switch (asked) {
            case IDLE_TIMEOUT -> EndReason.IDLE_TIMEOUT;
            case EVICTED -> EndReason.EVICTED;
            case DRAINING -> EndReason.DRAINING;
            case CLEARED -> EndReason.CLEARED;
            case HANDED_OVER -> EndReason.HANDED_OVER;
            case UNFIT -> EndReason.UNFIT;
        };
    }

    private void launch(WorkerMessage.LaunchContainer launch) {
        if (containers.containsKey(launch.containerId())) {
            LOG.atError().addKeyValue("containerId", launch.containerId()).log("container launched twice");
            return;
        }
        HotContainer container = new HotContainer(launch, parts, host);
        containers.put(launch.containerId(), container);
        container.launch();
        if (stopping != null) {
            container.remove(EndReason.DRAINING, "STOPPING");
        }
    }

    /** Takes over a container that an earlier runner has left, and tells the registry; fails if that cannot be. */
    Future<Void> adopt(LeftContainer left, int index) {
        if (stopping != null) {
            return Future.failedFuture("the runner stops");
        }
        WorkerMessage.LaunchContainer order =
                new WorkerMessage.LaunchContainer(left.remains().name(), left.standIn(), "");
        HotContainer container = new HotContainer(order, parts, host);
        containers.put(container.id(), container);
        return container.adopt(left, index);
    }

    /** A call's stream: runs it on its container, or hands it back at once if the slot is gone. */
    void accept(FrameStream stream) {
        if (!(stream.openPayload() instanceof RunCall run)) {
            stream.cancel(ErrorCode.INTERNAL.exception("a worker's stream opens with a call"));
            return;
        }
        HotContainer container = containers.get(run.containerId());
        if (container == null || !container.run(stream, run)) {
            CallKeys.add(LOG.atDebug(), run.request().callId(), run.request().requestId())
                    .addKeyValue("containerId", run.containerId())
                    .log("slot is gone");
            stream.finish(new CallEnd(ErrorCode.SLOT_GONE.exception()));
        }
    }

    /** For metrics and tests; do not decide on this. */
    WorkerSnapshot snapshot() {
        Map<ContainerState, Integer> states = new EnumMap<>(ContainerState.class);
        for (HotContainer container : containers.values()) {
            states.merge(container.state(), 1, Integer::sum);
        }
        return new WorkerSnapshot(containers.size(), states);
    }

    /** Removes every container; completes when none is left. */
    Future<Void> stop() {
        Promise<Void> allGone = Promise.promise();
        stopping = allGone;
        for (HotContainer container : new ArrayList<>(containers.values())) {
            container.remove(EndReason.DRAINING, "STOPPING");
        }
        completeIfEmpty();
        return allGone.future();
    }

    /** No removal is tried again, nor told of. What there is is no longer this worker's, which can stop. */
    void giveUp() {
        containers.values().forEach(HotContainer::giveUp);
        containers.clear();
        completeIfEmpty();
    }

    private void gone(HotContainer container) {
        containers.remove(container.id());
        completeIfEmpty();
    }

    private void completeIfEmpty() {
        if (stopping != null && containers.isEmpty()) {
            stopping.tryComplete();
        }
    }
}
