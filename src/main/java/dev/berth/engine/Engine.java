package dev.berth.engine;

import io.vertx.core.Future;
import java.util.List;

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

    /** Connects and checks that the engine can serve us. */
    Future<Void> start();

    /**
     * Removes what dead instances of this runner on this machine left behind: containers and socket
     * directories. Others' containers, and those of instances that are alive, are not touched.
     *
     * @return how many containers were removed
     */
    Future<Integer> sweep();

    /**
     * Makes sure an image is on the engine, pulling it if need be. Equal pulls under way share one transfer.
     * Fails with PULL_FAILED, PULL_TIMEOUT, IMAGE_WITH_VOLUME or ENGINE_FAILED.
     */
    Future<Void> ensureImage(ImageRequest request);

    /** Creates a container, not yet running. If the image has vanished meanwhile: SERVER_BUSY, which is retried. */
    Future<EngineContainer> create(ContainerPlan plan);

    /** The networks that functions are put on, as far as they can be found out. Once started. Does not fail. */
    default Future<List<FunctionNetwork>> networks() {
        return Future.succeededFuture(List.of());
    }

    /** Lets go of connections and of what the engine keeps for itself. Containers must be gone already. */
    Future<Void> close();
}
