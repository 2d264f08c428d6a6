package dev.berth.registry;

import static dev.berth.registry.Specs.MIB;
import static dev.berth.registry.Specs.spec;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.Addresses;
import dev.berth.bus.BusCodecs;
import dev.berth.bus.IngressMessage;
import dev.berth.bus.IngressMessage.SlotGranted;
import dev.berth.bus.IngressMessage.SlotRefused;
import dev.berth.bus.NodeSnapshot;
import dev.berth.bus.Queues;
import dev.berth.bus.RegistryMessage;
import dev.berth.bus.RegistryMessage.AcquireSlot;
import dev.berth.bus.RegistryMessage.ContainerEnding;
import dev.berth.bus.RegistryMessage.ContainerGone;
import dev.berth.bus.RegistryMessage.ContainerReady;
import dev.berth.bus.RegistryMessage.ContainerReleased;
import dev.berth.bus.WorkerMessage;
import dev.berth.bus.WorkerMessage.LaunchContainer;
import dev.berth.bus.WorkerMessage.RemoveContainer;
import dev.berth.call.ContainerSpec;
import dev.berth.call.ContainerTimings;
import dev.berth.call.Ulids;
import dev.berth.config.KeepConfig;
import dev.berth.config.RegistryConfig;
import dev.berth.error.ErrorCode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.EventBus;
import io.vertx.junit5.VertxExtension;
import io.vertx.junit5.VertxTestContext;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The registry on a real local bus; the test plays ingress and workers. */
@ExtendWith(VertxExtension.class)
final class SlotRegistryVerticleTest {
    private static final String REGISTRY = Addresses.registry("n1");
    private static final String INGRESS = Addresses.ingress("n1", 0);
    private static final String WORKER = Addresses.worker("n1", 0);
    private static final ContainerTimings TIMINGS = new ContainerTimings(1, 2, 3, 4);

    private EventBus bus;
    private final BlockingQueue<IngressMessage> atIngress = new LinkedBlockingQueue<>();
    private final BlockingQueue<WorkerMessage> atWorker = new LinkedBlockingQueue<>();

    private final BlockingQueue<String> failures = new LinkedBlockingQueue<>();
    private volatile Supplier<String> ids = () -> "";

    @BeforeEach
    void deploy(Vertx vertx, VertxTestContext deployed) {
        bus = vertx.eventBus();
        BusCodecs.register(vertx);
        bus.<IngressMessage>consumer(INGRESS, message -> atIngress.add(message.body()));
        bus.<WorkerMessage>consumer(WORKER, message -> atWorker.add(message.body()));
        Ulids good = new Ulids(System::currentTimeMillis, RandomGenerator.getDefault());
        ids = good::get;
        vertx.deployVerticle(new SlotRegistryVerticle(
                        new SlotRegistryVerticle.Parts(
                                bus, "n1", List.of(WORKER), 65_536, () -> failures.add("failed")),
                        new RegistryConfig(false, 0, 0, 100, true, Duration.ofMillis(100), KeepConfig.DEFAULT),
                        new NodeCapacity(2 * MIB, 1000, List.of()),
                        () -> ids.get()))
                .onComplete(deployed.succeedingThenComplete());
    }

    @Test
    void leadsACallFromItsRequestToAnIdleSlot() throws Exception {
        SlotGranted grant = acquireAndStart(7, spec("fn", 1));
        assertThat(grant.ticket()).isEqualTo(7);
        assertThat(grant.worker()).isEqualTo(Addresses.frames(WORKER));
        assertThat(grant.requestWindow()).isEqualTo(65_536);
        assertThat(grant.timings()).isEqualTo(TIMINGS);
        assertThat(grant.containerId()).matches("[0-9A-HJKMNP-TV-Z]{26}");

        tell(new ContainerReleased(grant.containerId(), grant.lease()));
        tell(new AcquireSlot(INGRESS, 8, "call-8", spec("fn", 1)));
        SlotGranted hot = (SlotGranted) next(atIngress);
        assertThat(hot.containerId()).isEqualTo(grant.containerId());
        assertThat(hot.timings()).isEqualTo(ContainerTimings.NONE);
    }

    @Test
    void refusesWhatDoesNotFit() throws Exception {
        tell(new AcquireSlot(INGRESS, 1, "call-1", spec("fn", 3)));

        SlotRefused refusal = (SlotRefused) next(atIngress);
        assertThat(refusal.ticket()).isEqualTo(1);
        assertThat(refusal.error().code()).isEqualTo(ErrorCode.RESOURCE_TOO_BIG);
    }

    @Test
    void tellsWhenNoCallHasASlotAnyMore() throws Exception {
        SlotGranted grant = acquireAndStart(1, spec("fn", 1));
        Future<?> idle = bus.request(REGISTRY, new RegistryMessage.AwaitIdle());
        tell(new RegistryMessage.ContainerPaused(grant.containerId(), false));
        await(bus.request(REGISTRY, new RegistryMessage.Snapshot()));
        assertThat(idle.isComplete()).isFalse();

        tell(new ContainerReleased(grant.containerId(), grant.lease()));

        await(idle);
        await(bus.request(REGISTRY, new RegistryMessage.AwaitIdle()));
    }

    @Test
    void removesIdleContainersWhenTheirTimeIsUp() throws Exception {
        SlotGranted slow = acquireAndStart(1, spec("slow", 1));
        tell(new ContainerReleased(slow.containerId(), slow.lease()));
        SlotGranted quick = acquireAndStart(2, spec("quick", 1, 0, 0, Duration.ofMillis(20), null));
        tell(new ContainerReleased(quick.containerId(), quick.lease()));

        assertThat(next(atWorker))
                .isEqualTo(new RemoveContainer(quick.containerId(), WorkerMessage.Reason.IDLE_TIMEOUT));
    }

    @Test
    void answersADrainWhenTheLastContainerIsGone() throws Exception {
        SlotGranted grant = acquireAndStart(1, spec("fn", 1));
        Future<?> drained = bus.request(REGISTRY, new RegistryMessage.Drain());
        tell(new AcquireSlot(INGRESS, 2, "call-2", spec("fn", 1)));
        assertThat(((SlotRefused) next(atIngress)).error().code()).isEqualTo(ErrorCode.SERVER_BUSY);
        assertThat(snapshot().draining()).isTrue();
        assertThat(drained.isComplete()).isFalse();

        tell(new ContainerReleased(grant.containerId(), grant.lease()));
        assertThat(next(atWorker)).isEqualTo(new RemoveContainer(grant.containerId(), WorkerMessage.Reason.DRAINING));
        tell(new ContainerGone(grant.containerId()));
        await(drained);
    }

    @Test
    void answersASnapshot() throws Exception {
        acquireAndStart(1, spec("fn", 1, 300));

        NodeSnapshot node = snapshot();
        long start = node.queues().get(0).startNanos();
        assertThat(start).isPositive();
        assertThat(node)
                .isEqualTo(new NodeSnapshot(
                        false,
                        2 * MIB,
                        MIB,
                        1000,
                        300,
                        List.of(Queues.of(Specs.key("fn"), "registry/fn:1", 0, 0, 1, 0, 0, start))));
        assertThat(await(bus.request(REGISTRY, new RegistryMessage.Changes())).body())
                .isEqualTo(node);
        assertThat(((NodeSnapshot) await(bus.request(REGISTRY, new RegistryMessage.Changes()))
                                .body())
                        .queues())
                .isEmpty();
    }

    /** The next names of containers are good ones, and the one after them there is not. */
    private void failAfter(int names) {
        Supplier<String> before = ids;
        AtomicInteger left = new AtomicInteger(names);
        ids = () -> {
            if (left.getAndDecrement() <= 0) {
                throw new IllegalStateException("a bug");
            }
            return before.get();
        };
    }

    private void assertRefused(long ticket) throws Exception {
        SlotRefused refusal = (SlotRefused) next(atIngress);
        assertThat(refusal.ticket()).isEqualTo(ticket);
        assertThat(refusal.error().code()).isEqualTo(ErrorCode.SERVER_BUSY);
    }

    @Test
    void aTurnThatFailsRefusesItsCallAndAllThatWait() throws Exception {
        tell(new AcquireSlot(INGRESS, 1, "call-1", spec("one", 1)));
        next(atWorker);
        failAfter(0);
        tell(new AcquireSlot(INGRESS, 2, "call-2", spec("two", 1)));

        assertRefused(1);
        assertRefused(2);
        next(failures);
        assertThat(failures).isEmpty();
    }

    @Test
    void aRegistryThatHasFailedPlacesNothingAndHoldsUpNoStop() throws Exception {
        failAfter(0);
        tell(new AcquireSlot(INGRESS, 1, "call-1", spec("one", 1)));
        assertRefused(1);
        ids = () -> "never asked for";
        tell(new AcquireSlot(INGRESS, 2, "call-2", spec("one", 1)));
        assertRefused(2);

        await(bus.request(REGISTRY, new RegistryMessage.Drain()));
        assertThat(bus.request(REGISTRY, new RegistryMessage.Snapshot())
                        .toCompletionStage()
                        .toCompletableFuture())
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableOfType(ExecutionException.class)
                .withMessageContaining("the slot registry has failed");
        assertThat(atWorker).isEmpty();
        next(failures);
        assertThat(failures).isEmpty();
    }

    @Test
    void whatAFailedTurnHadDecidedIsDone() throws Exception {
        SlotGranted grant = acquireAndStart(1, spec("one", 2));
        tell(new AcquireSlot(INGRESS, 2, "call-2", spec("two", 1)));
        tell(new AcquireSlot(INGRESS, 3, "call-3", spec("three", 1)));
        assertThat(snapshot().queues()).hasSize(3);
        failAfter(1);
        tell(new ContainerEnding(grant.containerId()));
        tell(new ContainerGone(grant.containerId()));

        assertThat(((LaunchContainer) next(atWorker)).causeCallId()).isEqualTo("call-2");
        assertRefused(2);
        assertRefused(3);
        assertThat(atWorker).isEmpty();
        next(failures);
        assertThat(failures).isEmpty();
    }

    private SlotGranted acquireAndStart(long ticket, ContainerSpec spec) throws Exception {
        tell(new AcquireSlot(INGRESS, ticket, "call-" + ticket, spec));
        LaunchContainer launch = (LaunchContainer) next(atWorker);
        assertThat(launch.spec()).isEqualTo(spec);
        assertThat(launch.causeCallId()).isEqualTo("call-" + ticket);
        tell(new ContainerReady(launch.containerId(), TIMINGS));
        return (SlotGranted) next(atIngress);
    }

    private NodeSnapshot snapshot() throws Exception {
        return (NodeSnapshot)
                await(bus.request(REGISTRY, new RegistryMessage.Snapshot())).body();
    }

    private void tell(RegistryMessage message) {
        bus.send(REGISTRY, message);
    }

    private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        T message = queue.poll(10, TimeUnit.SECONDS);
        assertThat(message).as("nothing came").isNotNull();
        return message;
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
}
