package dev.berth.ingress;

import dev.berth.bus.Addresses;
import dev.berth.bus.IngressMessage;
import dev.berth.bus.NodeSnapshot;
import dev.berth.bus.RegistryMessage;
import dev.berth.bus.RegistryMessage.AcquireSlot;
import dev.berth.call.ContainerTimings;
import dev.berth.error.ErrorCode;
import dev.berth.why.SlotFacts;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** A registry that answers by script, on the real bus. Grants a slot of the fake worker unless told otherwise. */
public final class FakeRegistry extends VerticleBase {
    public static final long WINDOW = 64 * 1024;

    public final BlockingQueue<RegistryMessage> seen = new LinkedBlockingQueue<>();
    public final Set<Long> leases = ConcurrentHashMap.newKeySet();
    public volatile Consumer<AcquireSlot> onAcquire = this::grant;
    public volatile NodeSnapshot snapshot = new NodeSnapshot(false, 0, 0, 0, 0, List.of());

    private final AtomicLong lastLease = new AtomicLong();
    private final String node;

    public FakeRegistry(String node) {
        this.node = node;
    }

    @Override
    public Future<?> start() {
        return vertx.eventBus()
                .<RegistryMessage>consumer(Addresses.registry(node), this::onMessage)
                .completion();
    }

    private void onMessage(Message<RegistryMessage> message) {
        RegistryMessage body = message.body();
        if (body instanceof RegistryMessage.Snapshot) {
            message.reply(snapshot);
            return;
        }
        seen.add(body);
        if (body instanceof AcquireSlot acquire) {
            onAcquire.accept(acquire);
        } else if (body instanceof RegistryMessage.ReturnLease returned) {
            leases.remove(returned.lease());
        }
    }

    public void grant(AcquireSlot acquire) {
        grant(acquire, ContainerTimings.NONE);
    }

    public void grant(AcquireSlot acquire, ContainerTimings timings) {
        grant(acquire, timings, Addresses.worker(node, 0));
    }

    /** A slot, and why the call had to wait for it. */
    public void grant(AcquireSlot acquire, ContainerTimings timings, SlotFacts facts) {
        grant(acquire, timings, Addresses.worker(node, 0), facts);
    }

    /** A slot of a worker that may not be there. */
    public void grant(AcquireSlot acquire, ContainerTimings timings, String worker) {
        grant(acquire, timings, worker, SlotFacts.HOT);
    }

    private void grant(AcquireSlot acquire, ContainerTimings timings, String worker, SlotFacts facts) {
        long lease = lastLease.incrementAndGet();
        leases.add(lease);
        vertx.eventBus()
                .send(
                        acquire.replyTo(),
                        new IngressMessage.SlotGranted(
                                acquire.ticket(),
                                Addresses.registry(node),
                                Addresses.frames(worker),
                                "container-" + lease,
                                lease,
                                Duration.ofMinutes(1),
                                WINDOW,
                                timings,
                                facts));
    }

    public void refuse(AcquireSlot acquire, ErrorCode code) {
        vertx.eventBus()
                .send(
                        acquire.replyTo(),
                        new IngressMessage.SlotRefused(acquire.ticket(), code.exception(), ContainerTimings.NONE));
    }

    /** The next message of a kind; others before it are passed over. */
    public <T extends RegistryMessage> T next(Class<T> kind) {
        while (true) {
            RegistryMessage message = Await.next(seen);
            if (kind.isInstance(message)) {
                return kind.cast(message);
            }
        }
    }
}
