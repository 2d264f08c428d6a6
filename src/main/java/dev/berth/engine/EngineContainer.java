package dev.berth.engine;

import dev.berth.error.ErrorCode;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** One container of an engine. Threads and failures as for {@link Engine}. */
public interface EngineContainer {
    String id();

    /** Attaches what the plan asked for, then starts. */
    Future<Void> start();

    /** Completes when the container's process has ended; may be called once, after {@link #start()}. */
    Future<ExitStatus> exit();

    /**
     * The exit code as far as the engine has told it. {@link #exit()} may take a moment longer, to find out the
     * reason.
     */
    OptionalInt exitCode();

    /**
     * Whether the kernel has killed a process of the container's for want of memory by now, as far as that can be seen
     * without asking the engine, which knows later. Does not fail.
     */
    default Future<Boolean> killedForMemory() {
        return Future.succeededFuture(false);
    }

    /**
     * Completes when the image's health check has passed, or the container has ended; at once if the image has
     * none. Not limited in time. May be called once, after {@link #start()}.
     */
    Future<Void> healthy();

    /**
     * Freezes all its processes. Fails with PAUSE_UNSUPPORTED, and lets them run, where that cannot be done at all; with
     * SERVER_BUSY, and lets them run, if a file descriptor of this process's was wanting for it.
     */
    Future<Void> pause();

    /**
     * Fails with SERVER_BUSY if a file descriptor of this process's was wanting: it can be tried again. With SLOT_GONE if the
     * container has gone meanwhile.
     */
    Future<Void> resume();

    /** Whether it took the engine to wake it last, and not only a file of the machine's. */
    default boolean wokenByEngine() {
        return false;
    }

    /**
     * Ends and deletes the container, frozen or not. Succeeds if it is gone already. The end of its output, where only
     * that is attached, may come a moment later.
     */
    Future<Void> remove();

    /**
     * Opens what tells how much the container uses. May be called once, after {@link #start()}; whoever does closes it
     * before the container is removed. Does not fail: {@link UsageMeter#NONE} where nothing tells it.
     */
    default Future<UsageMeter> usage() {
        return Future.succeededFuture(UsageMeter.NONE);
    }

    /**
     * What another runner finds it again by. Fails where no other could take it over: what is attached, or shares what
     * ends with this runner, cannot be. Once started.
     *
     * @param sockets the folder that the function sees
     */
    default Future<Remains> remains(Path sockets) {
        return Future.failedFuture(
                ErrorCode.ENGINE_FAILED.exception("containers of this engine end with their runner"));
    }

    /** It is not this process's any more: it stays as it is, with all that it needs to go on. */
    default void leave() {}

    /** Whether a process of this machine is one of the container's. Does not fail. */
    default Future<Boolean> owns(long pid) {
        return Future.succeededFuture(false);
    }

    /** The attached standard streams; null unless the plan asked for them. Available once started. */
    @Nullable
    ContainerStreams streams();
}
