package dev.berth.engine.docker;

import dev.berth.engine.ContainerPlan.Attach;
import dev.berth.engine.ContainerStreams;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetSocket;
import org.jspecify.annotations.Nullable;

/**
 * The connections to a container's standard streams, as far as its plan has any attached. They are opened before the
 * start, so that nothing the function prints or is sent can be missed. Belongs to the container's context.
 */
final class StandardStreams {
    /** How long after a removal has begun output that is on its way may come. */
    private static final long LAST_OUTPUT_MILLIS = 3_000;

    private final Vertx vertx;
    private final EngineApi api;
    private final Way way;
    private final Attach attach;
    private final Runnable outputEnded;
    private @Nullable NetSocket output;
    private @Nullable NetSocket input;
    private @Nullable AttachedOutput pieces;
    private @Nullable ContainerStreams streams;

    /** How stdin is had along with the output. */
    enum Way {
        /**
         * Each has a connection of its own: the engine closes the container's stdin when stdin's connection is closed,
         * which works over TLS too, where one direction of a connection cannot be closed from here. Docker.
         */
        APART,
        /**
         * One connection, whose sending side is closed at the end of stdin. Podman, which sends the output over any
         * attached connection, and loses the end of stdin if that output finds its connection closed.
         */
        TOGETHER
    }

    /** @param outputEnded run when all output has come, or none can any more; may be run again */
    StandardStreams(Vertx vertx, EngineApi api, Way way, Attach attach, Runnable outputEnded) {
        this.vertx = vertx;
        this.api = api;
        this.way = way;
        this.attach = attach;
        this.outputEnded = outputEnded;
    }

    /** Of the container of that name, which is not started yet. Again after {@link #drop}, for one made anew. */
    Future<Void> open(String name) {
        return switch (attach) {
            case NONE -> Future.succeededFuture();
            case OUTPUT -> openOutput(name, false, null);
            case ALL ->
                way == Way.TOGETHER
                        ? openOutput(name, true, null)
                        : openInput(name).compose(stdin -> openOutput(name, false, stdin));
        };
    }

    private Future<NetSocket> openInput(String name) {
        return api.attach(name, "stdin=1").map(raw -> {
            inputOnly(raw);
            input = raw.socket();
            return raw.socket();
        });
    }

    static void inputOnly(RawConnection raw) {
        raw.socket().handler(nothing -> {});
        // How its container ends is learnt elsewhere.
        raw.socket().exceptionHandler(cut -> {});
        raw.socket().resume();
    }

    private Future<Void> openOutput(String name, boolean both, @Nullable NetSocket stdin) {
        return api.attach(name, (both ? "stdin=1&" : "") + "stdout=1&stderr=1")
                .onSuccess(raw -> {
                    AttachedOutput opened = new AttachedOutput(raw, outputEnded);
                    output = raw.socket();
                    pieces = opened;
                    streams = new ContainerStreams(
                            both ? new AttachedInput(raw.socket()) : stdin, opened.stdout(), opened.stderr());
                })
                .mapEmpty();
    }

    /** Null before they are open, and where nothing is attached. */
    @Nullable
    ContainerStreams streams() {
        return streams;
    }

    /** Its container has not been started. */
    void drop() {
        close(output);
        close(input);
    }

    /**
     * An engine may hold up a container's end until all its output is taken. Answers are taken no more; what is a log is
     * read all the time, and to its end. The input stays: the end of stdin would look like the end of what the function
     * was being sent.
     */
    void removalBegins() {
        if (attach != Attach.ALL) {
            closeLater();
        } else if (way == Way.APART) {
            close(output);
        } else if (pieces != null) {
            pieces.discard();
        }
    }

    void removed() {
        close(input);
        if (attach == Attach.ALL) {
            close(output);
        }
    }

    /** The engine ends it, as a rule at once. */
    private void closeLater() {
        NetSocket connection = output;
        if (connection != null) {
            long timer = vertx.setTimer(LAST_OUTPUT_MILLIS, due -> connection.close());
            connection.closeHandler(closed -> vertx.cancelTimer(timer));
        }
    }

    private static void close(@Nullable NetSocket connection) {
        if (connection != null) {
            connection.close();
        }
    }
}
