package dev.berth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.Addresses;
import dev.berth.bus.BusCodecs;
import dev.berth.bus.RegistryMessage;
import dev.berth.bus.RunCall;
import dev.berth.bus.WorkerMessage;
import dev.berth.call.CallFormat;
import dev.berth.call.CallRequest;
import dev.berth.call.ContainerSpec;
import dev.berth.call.Header;
import dev.berth.call.SlotKey;
import dev.berth.call.SpecBuilder;
import dev.berth.config.AdoptConfig;
import dev.berth.config.RunnerConfig;
import dev.berth.config.SocketTmpfs;
import dev.berth.config.StreamConfig;
import dev.berth.config.WorkerConfig;
import dev.berth.container.ContainerState;
import dev.berth.engine.FolderRemoval;
import dev.berth.port.PortGate;
import dev.berth.port.RunnerTransport;
import dev.berth.worker.stdio.ObjectMemory;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.EventBus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** A worker on a real bus, between a registry and a caller that the test plays, over a {@link FakeEngine}. */
final class WorkerRig implements AutoCloseable {
    static final String NODE = "node";
    static final int WINDOW = 64 * 1024;
    static final int MAX_FRAME = 20 * 1024;
    private static final long LIMIT_SECONDS = 20;

    final Vertx vertx;
    final FakeEngine engine = new FakeEngine();
    final SocketWatcher watcher;
    final Path root;
    final RigObserver observer = new RigObserver();
    final WorkerConfig config;
    private final StreamConfig streams =
            new StreamConfig(WINDOW, MAX_FRAME, Duration.ofSeconds(2), Duration.ofSeconds(10));
    private final ContainerWorkerVerticle verticle;
    private final String deployment;
    private final RigCaller caller = new RigCaller(streams, address());
    private final BlockingQueue<RegistryMessage> registry = new LinkedBlockingQueue<>();
    private boolean givenUp;
    private final AtomicLong numbers = new AtomicLong();
    private boolean undeployed;

    WorkerRig(RigSettings settings) throws Exception {
        vertx = settings.nativeTransport
                ? Vertx.builder()
                        .withTransport(RunnerTransport.create(
                                new PortGate(RunnerConfig.defaults().grpc())))
                        .build()
                : Vertx.vertx();
        root = Files.createTempDirectory("rig");
        config = new WorkerConfig(
                settings.freezeIdle,
                settings.startTimeout,
                settings.healthTimeout,
                settings.keepAlive,
                settings.maxResponseBytes,
                settings.maxResponseHeaderBytes,
                root,
                null,
                SocketTmpfs.OFF,
                "",
                AdoptConfig.DEFAULT);
        watcher = SocketWatcher.start();
        BusCodecs.register(vertx);
        EventBus bus = vertx.eventBus();
        bus.<RegistryMessage>consumer(Addresses.registry(NODE), message -> registry.add(message.body()));
        WorkerParts parts = new WorkerParts(
                engine,
                new SocketDirectories(root, null),
                watcher,
                new FreezeSwitch(),
                new OneShotFunctions(),
                new Seals(),
                observer,
                config,
                0,
                ObjectMemory.ofHeap(),
                settings.logs);
        verticle = new ContainerWorkerVerticle(
                new ContainerWorkerVerticle.Route(bus, address(), Addresses.registry(NODE)), parts, streams);
        deployment = await(vertx.deployVerticle(verticle));
        await(vertx.deployVerticle(caller));
    }

    static WorkerRig start() throws Exception {
        return new WorkerRig(new RigSettings());
    }

    /** That freezes containers which are idle for a moment. */
    static WorkerRig freezing() throws Exception {
        return new WorkerRig(new RigSettings().freezeIdle(Duration.ofMillis(20)));
    }

    static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    /** Waits for something that no event tells of; looks often. */
    static void until(String what, Callable<Boolean> condition) throws Exception {
        long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (!condition.call()) {
            assertThat(System.nanoTime()).as(what).isLessThan(limit);
            Thread.onSpinWait();
            Thread.yield();
        }
    }

    private static String address() {
        return Addresses.worker(NODE, 0);
    }

    /** Asks for a container and does not wait. */
    String launch() {
        return launch(spec(CallFormat.HTTP_STREAM));
    }

    String launch(ContainerSpec spec) {
        String id = "container-" + numbers.incrementAndGet();
        vertx.eventBus().send(address(), new WorkerMessage.LaunchContainer(id, spec, "cause"));
        return id;
    }

    /** A container that is ready. */
    String ready() throws Exception {
        String id = launch();
        assertThat(heard(RegistryMessage.ContainerReady.class).containerId()).isEqualTo(id);
        return id;
    }

    /** A container that is frozen. */
    String paused() throws Exception {
        String id = ready();
        assertThat(heard(RegistryMessage.ContainerPaused.class))
                .isEqualTo(new RegistryMessage.ContainerPaused(id, true));
        return id;
    }

    void tell(WorkerMessage message) {
        vertx.eventBus().send(address(), message);
    }

    void remove(String id) {
        vertx.eventBus().send(address(), new WorkerMessage.RemoveContainer(id, WorkerMessage.Reason.EVICTED));
    }

    static ContainerSpec spec(CallFormat format) {
        return spec(format, "tcp://logs:514");
    }

    static ContainerSpec spec(CallFormat format, String syslogUrl) {
        return spec(format, syslogUrl, 1);
    }

    /** A function of many, by its number. */
    static ContainerSpec function(int number) {
        return spec(CallFormat.HTTP_STREAM, "tcp://logs:514", number);
    }

    private static ContainerSpec spec(CallFormat format, String syslogUrl, int number) {
        return SpecBuilder.of("fn")
                .key(new SlotKey(new byte[] {(byte) number, (byte) (number >> 8)}))
                .image("image:1")
                .format(format)
                .env(Map.of("KEY", "value"))
                .memoryMiB(128)
                .cpuMillis(100)
                .syslogUrl(syslogUrl)
                .appName("appname")
                .fnId("fn")
                .path("/route")
                .build();
    }

    CallRequest request() {
        return request(Duration.ofSeconds(30));
    }

    CallRequest request(Duration timeout, Header... headers) {
        return new CallRequest(
                "call-" + numbers.incrementAndGet(),
                "app",
                "fn",
                "POST",
                "http://lb/invoke/fn",
                List.of(headers),
                Instant.now().plus(timeout),
                null,
                false);
    }

    static CallRequest early(CallRequest request) {
        return new CallRequest(
                request.callId(),
                request.appId(),
                request.fnId(),
                request.method(),
                request.url(),
                request.headers(),
                request.deadline(),
                request.requestId(),
                true);
    }

    /** Opens a call under a fresh lease. */
    TestCall call(String container) throws Exception {
        return call(container, request());
    }

    /** The same, of a call at whose use somebody looks. */
    TestCall looked(String container) throws Exception {
        return await(caller.open(new RunCall(container, numbers.incrementAndGet(), request(), true)));
    }

    TestCall call(String container, CallRequest request) throws Exception {
        return call(container, numbers.incrementAndGet(), request);
    }

    TestCall call(String container, long lease, CallRequest request) throws Exception {
        return await(caller.open(new RunCall(container, lease, request)));
    }

    /** The next message to the registry, which must be of this kind. */
    <T extends RegistryMessage> T heard(Class<T> kind) throws Exception {
        RegistryMessage next = registry.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
        assertThat(next).isInstanceOf(kind);
        return kind.cast(next);
    }

    /** All messages to the registry that nobody has asked for yet. */
    List<RegistryMessage> heardSoFar() {
        List<RegistryMessage> heard = new ArrayList<>();
        registry.drainTo(heard);
        return heard;
    }

    boolean nothingHeard() {
        return registry.isEmpty();
    }

    WorkerSnapshot snapshot() throws Exception {
        return await(verticle.snapshot());
    }

    void untilIn(ContainerState state) throws Exception {
        until("a container is " + state, () -> snapshot().in(state) == 1);
    }

    /** The container has told the registry that it is gone, and nothing of it is left. */
    void assertGone(String id) throws Exception {
        assertThat(heard(RegistryMessage.ContainerGone.class).containerId()).isEqualTo(id);
        assertNothingLeft();
    }

    void assertNothingLeft() throws Exception {
        until("worker is empty", () -> snapshot().containers() == 0);
        assertThat(engine.alive()).isZero();
        assertThat(watcher.watched()).isZero();
        try (Stream<Path> left = Files.list(root)) {
            assertThat(left).isEmpty();
        }
        for (FakeEngine.FakeContainer container : engine.all()) {
            if (container.listening()) {
                until("connections are closed", () -> container.function().open() == 0);
            }
        }
        until("streams are over", () -> await(caller.active()) == 0);
        assertThat(verticle.activeStreams()).isZero();
        observer.assertNoBugs();
    }

    /** Lets what is on its way between caller and worker arrive. */
    void settle() throws Exception {
        for (int i = 0; i < 4; i++) {
            await(caller.active());
            snapshot();
        }
    }

    /** Lets the caller do what it was told so far. */
    void settleCaller() throws Exception {
        for (int i = 0; i < 4; i++) {
            await(caller.active());
        }
    }

    /** Waits for a timer of this length, for what happens by time alone. */
    void timer(Duration length) throws Exception {
        Promise<Void> rung = Promise.promise();
        vertx.setTimer(length.toMillis(), id -> rung.complete());
        await(rung.future());
    }

    /** Holds up the worker's thread, so that what is sent to it meanwhile is all there when it goes on. */
    Hold holdUp() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        engine.nextDo(FakeEngine.Operation.PULL, () -> {
            held.countDown();
            try {
                released.await();
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
            return Future.failedFuture("this launch was only to hold up the worker");
        });
        launch();
        held.await();
        return released::countDown;
    }

    interface Hold {
        void release();
    }

    /** A stream to the worker that opens with something that is no call. */
    TestCall strayStream() throws Exception {
        return await(caller.open("not a call"));
    }

    /** The containers that are still there stay. */
    void giveUp() {
        verticle.giveUp();
        givenUp = true;
    }

    /** Undeploys the worker, which removes what is left. */
    Future<Void> undeploying() {
        undeployed = true;
        return vertx.undeploy(deployment);
    }

    @Override
    public void close() throws Exception {
        try {
            if (givenUp) {
                FolderRemoval.remove(root);
                return;
            }
            if (!undeployed) {
                await(undeploying());
            }
            assertNothingLeftBehind();
        } finally {
            await(vertx.close());
            watcher.close();
            Files.deleteIfExists(root);
        }
    }

    private void assertNothingLeftBehind() throws IOException {
        observer.assertNoBugs();
        assertThat(engine.alive()).isZero();
        try (Stream<Path> left = Files.list(root)) {
            assertThat(left).isEmpty();
        }
    }
}
