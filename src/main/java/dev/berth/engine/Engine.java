package dev.berth.engine;

import dev.berth.error.ErrorCode;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/**
 * Runs containers. Methods never block, may be called on any Vert.x context, and complete on the calling
 * context. Every operation has a time limit of its own; engines hang.
 *
 * <p>Failures are {@link dev.berth.error.RunnerException}s.
 */
public interface Engine {

    /** {@code docker}, {@code podman} or {@code process}. */
    String name();

    /** Whether functions are kept apart from this machine and from each other. */
    boolean isolated();

    /** Whether it brings a container's output to a plan's syslog address by itself; else a plan must have none. */
    boolean sendsSyslog();

    /** What a container's memory must be at least, where it is limited; 0: anything will do. */
    long leastMemoryMiB();

    /** Whether a folder that this process sees is there for containers too: a mount may be this process's alone. */
    Future<Boolean> sees(Path folder);

    /** Connects and checks that the engine can serve us. */
    Future<Void> start();

    /**
     * Told now and at every change whether the engine answers, so that containers can be started; on any thread.
     * One that cannot be lost is never watched.
     */
    default void watch(Consumer<Boolean> answers) {
        answers.accept(true);
    }

    /** Whether it has answered what it was asked last, as far as is known. May be called on any thread. */
    default boolean answers() {
        return true;
    }

    /**
     * Removes the containers that dead instances of this runner on this machine left behind. Others' containers,
     * and those of instances that are alive, are not touched. One that resists is left, and named in the result.
     */
    Future<Sweep> sweep();

    /**
     * Makes sure an image is on the engine, pulling it if need be. Equal pulls under way share one transfer.
     * Fails with PULL_FAILED, PULL_TIMEOUT, IMAGE_WITH_VOLUME, ENGINE_FAILED or ENGINE_GONE.
     */
    Future<Void> ensureImage(ImageRequest request);

    /** Creates a container, not yet running. If the image has vanished meanwhile: SERVER_BUSY, which is retried. */
    Future<EngineContainer> create(ContainerPlan plan);

    /**
     * All that containers are made with beyond their plans, as text: what was made with something else is not what
     * would be made now.
     */
    default String setup() {
        return "";
    }

    /** Until this is called again {@link #sweep} leaves these, and the networks that they have joined. */
    default void spare(Collection<Remains> left) {}

    /**
     * A frozen container that another runner has left. Fails, and changes nothing, if it is not there, not frozen, or in
     * any way not what was left.
     */
    default Future<EngineContainer> adopt(Remains left) {
        return Future.failedFuture(
                ErrorCode.ENGINE_FAILED.exception("containers of this engine end with their runner"));
    }

    /** The networks that functions are put on, as far as they can be found out. Once started. Does not fail. */
    default Future<List<FunctionNetwork>> networks() {
        return Future.succeededFuture(List.of());
    }

    /** No container will be created any more: what is kept ready for that can go. An engine is asked if it is there. */
    default void startsEnd() {}

    /** Lets go of connections and of what the engine keeps for itself. Containers must be gone already. */
    Future<Void> close();
}
