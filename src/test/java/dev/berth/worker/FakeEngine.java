package dev.berth.worker;

import dev.berth.engine.ContainerPlan;
import dev.berth.engine.ContainerStreams;
import dev.berth.engine.Engine;
import dev.berth.engine.EngineContainer;
import dev.berth.engine.ExitStatus;
import dev.berth.engine.ImageRequest;
import dev.berth.engine.Sweep;
import dev.berth.engine.UsageMeter;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import io.vertx.core.streams.WriteStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An engine whose containers are {@link FakeFunction}s of this process. By default everything succeeds at
 * once; a test may make the next operation of a kind fail or wait. Thread-safe.
 */
final class FakeEngine implements Engine {
    boolean isolated;
    /** What the process of a started container does; {@link #listening} is the usual thing. */
    interface Process {
        void run(FakeContainer container) throws IOException;
    }

    enum Operation {
        PULL,
        CREATE,
        START,
        HEALTH,
        PAUSE,
        RESUME,
        REMOVE
    }

    private final Map<String, FakeContainer> containers = new ConcurrentHashMap<>();
    private final List<FakeContainer> all = new CopyOnWriteArrayList<>();
    private final Map<Operation, Queue<Supplier<Future<Void>>>> scripted = new ConcurrentHashMap<>();
    private final List<String> operations = new CopyOnWriteArrayList<>();
    private volatile UsageMeter meter = UsageMeter.NONE;
    private volatile Process process = listening(FakeFunction.echo());

    /** A function that listens at the usual socket at once. */
    static Process listening(FakeFunction.Script script) {
        return container -> container.listen(script);
    }

    /** What tells how much containers that start from now on use. */
    void meter(UsageMeter next) {
        meter = next;
    }

    void process(Process next) {
        process = next;
    }

    void serve(FakeFunction.Script script) {
        process = listening(script);
    }

    /** The next operation of this kind ends as {@code outcome} says, in place of succeeding at once. */
    void next(Operation operation, Future<Void> outcome) {
        nextDo(operation, () -> outcome);
    }

    /** The next operation of this kind does this, on the worker's own thread. */
    void nextDo(Operation operation, Supplier<Future<Void>> work) {
        scripted.computeIfAbsent(operation, key -> new ConcurrentLinkedQueue<>())
                .add(work);
    }

    /** Containers created and not removed. */
    int alive() {
        return containers.size();
    }

    /** Every container ever created, in order. */
    List<FakeContainer> all() {
        return all;
    }

    FakeContainer last() {
        return all.get(all.size() - 1);
    }

    /** Operations begun, in order. */
    List<String> operations() {
        return operations;
    }

    private Future<Void> operation(Operation operation) {
        operations.add(operation.name());
        Queue<Supplier<Future<Void>>> queue = scripted.get(operation);
        Supplier<Future<Void>> outcome = queue == null ? null : queue.poll();
        return outcome == null ? Future.succeededFuture() : onCallersContext(outcome.get());
    }

    /** What a test completes on its own thread arrives where engines promise it: on the caller's context. */
    private static <T> Future<T> onCallersContext(Future<T> future) {
        Context context = Objects.requireNonNull(Vertx.currentContext(), "engines are called on a context");
        Promise<T> promise = Promise.promise();
        future.onComplete(result -> context.runOnContext(turn -> promise.handle(result)));
        return promise.future();
    }

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public boolean isolated() {
        return isolated;
    }

    @Override
    public long leastMemoryMiB() {
        return 0;
    }

    @Override
    public boolean sendsSyslog() {
        return true;
    }

    @Override
    public Future<Void> start() {
        return Future.succeededFuture();
    }

    @Override
    public Future<Sweep> sweep() {
        return Future.succeededFuture(new Sweep(0, Set.of()));
    }

    @Override
    public Future<Boolean> sees(Path folder) {
        return Future.succeededFuture(true);
    }

    @Override
    public Future<Void> ensureImage(ImageRequest request) {
        return operation(Operation.PULL);
    }

    @Override
    public Future<EngineContainer> create(ContainerPlan plan) {
        return operation(Operation.CREATE).map(done -> {
            FakeContainer made = new FakeContainer(plan);
            containers.put(plan.id(), made);
            all.add(made);
            return made;
        });
    }

    @Override
    public Future<Void> close() {
        return Future.succeededFuture();
    }

    /** One container. */
    final class FakeContainer implements EngineContainer {
        private final ContainerPlan plan;
        private final Promise<ExitStatus> exit = Promise.promise();
        private volatile OptionalInt exitCode = OptionalInt.empty();
        private volatile boolean killedForMemory;
        private volatile @Nullable FakeFunction function;

        private FakeContainer(ContainerPlan plan) {
            this.plan = plan;
        }

        ContainerPlan plan() {
            return plan;
        }

        Path socket(String name) {
            return Objects.requireNonNull(plan.socketDirectory()).resolve(name);
        }

        void listen(FakeFunction.Script script) throws IOException {
            function = FakeFunction.listen(socket(SocketWatcher.SOCKET), script);
        }

        void listen(String name, FakeFunction.Script script) throws IOException {
            function = FakeFunction.listen(socket(name), script);
        }

        boolean listening() {
            return function != null;
        }

        FakeFunction function() {
            return Objects.requireNonNull(function, "not listening");
        }

        /** The process ends by itself. */
        void exit(int code) {
            stop();
            exit.tryComplete(new ExitStatus(code, false));
        }

        /** The engine says that the process has ended, before anything else shows it. */
        void reportExit(int code) {
            exit.tryComplete(new ExitStatus(code, false));
        }

        /** The engine says that the process has ended, for lack of memory. */
        void reportOutOfMemory() {
            exit.tryComplete(new ExitStatus(137, true));
        }

        /** The engine has told the exit code, and looks for its reason. */
        void tellExitCode(int code) {
            exitCode = OptionalInt.of(code);
        }

        /** The kernel has killed a process of it for want of memory; the engine has said nothing. */
        void killForMemory() {
            killedForMemory = true;
        }

        /** Nobody listens any more, nor holds a connection; the engine has said nothing. */
        void vanish() {
            stop();
        }

        private void stop() {
            try {
                if (function != null) {
                    function.close();
                }
            } catch (IOException failure) {
                throw new IllegalStateException(failure);
            }
        }

        @Override
        public String id() {
            return plan.id();
        }

        @Override
        public Future<Void> start() {
            return operation(Operation.START).map(done -> {
                try {
                    process.run(this);
                } catch (IOException failure) {
                    throw new IllegalStateException(failure);
                }
                return null;
            });
        }

        @Override
        public Future<ExitStatus> exit() {
            return onCallersContext(exit.future());
        }

        @Override
        public OptionalInt exitCode() {
            return exitCode;
        }

        @Override
        public Future<Boolean> killedForMemory() {
            return onCallersContext(Future.succeededFuture(killedForMemory));
        }

        @Override
        public Future<UsageMeter> usage() {
            return onCallersContext(Future.succeededFuture(meter));
        }

        @Override
        public Future<Void> healthy() {
            return operation(Operation.HEALTH);
        }

        @Override
        public Future<Void> pause() {
            return operation(Operation.PAUSE).onSuccess(done -> {
                if (function != null) {
                    function.sleep();
                }
            });
        }

        @Override
        public Future<Void> resume() {
            if (function != null) {
                function.wake();
            }
            return operation(Operation.RESUME);
        }

        @Override
        public Future<Void> remove() {
            return operation(Operation.REMOVE).onSuccess(done -> {
                stop();
                exit.tryComplete(new ExitStatus(137, false));
                containers.remove(plan.id());
            });
        }

        @Override
        @SuppressWarnings("unchecked")
        public @Nullable ContainerStreams streams() {
            if (plan.attach() != ContainerPlan.Attach.ALL) {
                return null;
            }
            WriteStream<Buffer> stdin = silent(WriteStream.class);
            ReadStream<Buffer> output = silent(ReadStream.class);
            return new ContainerStreams(stdin, output, output);
        }

        /** A stream that takes everything and over which nothing ever comes. */
        private <T> T silent(Class<T> type) {
            return type.cast(
                    Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (stream, method, given) -> {
                        if (method.getReturnType() == Future.class) {
                            return Future.succeededFuture();
                        }
                        return method.getReturnType() == boolean.class ? Boolean.FALSE : stream;
                    }));
        }
    }
}
