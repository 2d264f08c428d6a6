package dev.berth.rehearsal;

import dev.berth.engine.FolderRemoval;
import dev.berth.observe.Unlogged;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whole calls made in the background, so that the first real ones find compiled code: through a {@link PrivateNode},
 * from gRPC to a function's socket and back. It gives way to real calls, takes at most 8 s of processor time and at
 * most a minute, and leaves nothing.
 *
 * <p>Its methods may be called from any thread.
 */
public final class Rehearsal {
    private static final Logger LOG = LoggerFactory.getLogger(Rehearsal.class);
    /** Whoever waits for the port comes first. */
    private static final long BEGIN_MILLIS = 300;

    private static final long LONGEST_MILLIS = TimeUnit.MINUTES.toMillis(1);
    /** No number, as the names of socket directories are. */
    private static final String DIRECTORY = "_";

    private final Vertx vertx;
    private final Context context;
    private final Path directory;
    private final boolean metered;
    private final Pace pace;
    private final Promise<Void> begun = Promise.promise();
    private final Promise<Void> ended = Promise.promise();
    private final long limit;
    private final long beginning;
    private volatile @Nullable Thread balancer;

    private Rehearsal(Vertx vertx, Path parent, boolean metered, Pace pace) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.directory = parent.resolve(DIRECTORY);
        this.metered = metered;
        this.pace = pace;
        this.beginning = vertx.setTimer(BEGIN_MILLIS, due -> begin());
        this.limit = vertx.setTimer(LONGEST_MILLIS, due -> stop());
    }

    /**
     * Begins in a moment.
     *
     * @param vertx the real runner's; nothing is run on it but the beginning and the end
     * @param parent a directory that is there, for the sockets of stand-ins
     * @param metered whether the real runner counts what it does for operators, so that this one does too
     * @param calls how many to make at most
     */
    public static Rehearsal start(Vertx vertx, Path parent, RealLoad load, boolean metered, int calls) {
        Pace.Clocks clocks = new Pace.Clocks(System::nanoTime, Rehearsal::processorNanos, LockSupport::parkNanos);
        return new Rehearsal(vertx, parent, metered, new Pace(load, clocks, calls));
    }

    private static long processorNanos() {
        return ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .map(Duration::toNanos)
                .orElse(0L);
    }

    private void begin() {
        background(this::open);
    }

    /** A thread whose doings, and those of all threads that come of it, are not logged. */
    private static Thread background(Runnable work) {
        Thread thread = new Thread(Unlogged.THREADS, work, "rehearsal");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void open() {
        try {
            PrivateNode.open(Files.createDirectories(directory), metered)
                    .onSuccess(node -> balancer = background(() -> play(node)))
                    .onFailure(this::end);
        } catch (IOException | RuntimeException failure) {
            end(failure);
        }
    }

    private void play(PrivateNode node) {
        begun.complete();
        Throwable problem = null;
        try {
            Balancer.play(node.port(), pace);
        } catch (IOException | RuntimeException failure) {
            problem = failure;
        }
        Throwable outcome = pace.stopped() ? null : problem;
        node.close().onComplete(closed -> end(outcome));
    }

    private void end(@Nullable Throwable problem) {
        vertx.executeBlocking(
                        () -> {
                            FolderRemoval.remove(directory);
                            return null;
                        },
                        false)
                .onComplete(removed -> context.runOnContext(turn -> ended(problem)));
    }

    private void ended(@Nullable Throwable problem) {
        vertx.cancelTimer(limit);
        LOG.atDebug().addKeyValue("calls", pace.made()).setCause(problem).log("rehearsed");
        ended.tryComplete();
    }

    /** For tests: completes when its runner takes calls. */
    Future<Void> begun() {
        return begun.future();
    }

    /** Completes when nothing of it is left. Does not fail. */
    public Future<Void> ended() {
        return ended.future();
    }

    /** Ends it early. Completes as {@link #ended()} does. */
    public Future<Void> stop() {
        pace.stop();
        if (vertx.cancelTimer(beginning)) {
            context.runOnContext(turn -> ended(null));
        }
        Thread playing = balancer;
        if (playing != null) {
            playing.interrupt();
        }
        return ended.future();
    }

    /** Calls made so far. */
    int made() {
        return pace.made();
    }
}
