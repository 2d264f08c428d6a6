package dev.berth.engine.docker;

import com.github.dockerjava.core.command.CreateContainerCmdImpl;
import dev.berth.engine.ImageRequest;
import dev.berth.error.Backoff;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One placeholder of a pool: made, waited for, removed and made again until the pool is closed. Each container
 * it has is one life. Used on the pool's context, except for {@link #name} and {@link #life}.
 */
final class Placeholder {
    private static final Logger log = LoggerFactory.getLogger(Placeholder.class);
    private static final Backoff BACKOFF = Backoff.of(Duration.ofSeconds(1), Duration.ofSeconds(30));

    private final DockerContainer.Parts parts;
    private final ImagePuller puller;
    private final CreateContainerCmdImpl options;
    private final RateLimit rate;
    private final Listener listener;
    private final AtomicInteger life = new AtomicInteger();
    private boolean alive;
    private boolean closed;
    private int failures;
    private Future<Void> making = Future.succeededFuture();
    private Future<Void> removal = Future.succeededFuture();

    /** Hears when a placeholder can be used, and when it can no longer. */
    @FunctionalInterface
    interface Listener {
        void changed(Placeholder placeholder, boolean ready);
    }

    Placeholder(
            DockerContainer.Parts parts,
            ImagePuller puller,
            CreateContainerCmdImpl options,
            RateLimit rate,
            Listener listener) {
        this.parts = parts;
        this.puller = puller;
        this.options = options;
        this.rate = rate;
        this.listener = listener;
    }

    String name() {
        return Objects.requireNonNull(options.getName());
    }

    int life() {
        return life.get();
    }

    boolean alive(int asked) {
        return alive && life.get() == asked;
    }

    void run() {
        if (closed) {
            return;
        }
        rate.permit()
                .compose(go -> puller.ensure(new ImageRequest(Objects.requireNonNull(options.getImage()), null)))
                .compose(image -> make())
                .compose(started -> new ExitWatch(parts.vertx(), parts.api(), name()).exit())
                .onComplete(done -> {
                    ended();
                    again(done.cause());
                });
    }

    private Future<Void> make() {
        if (closed) {
            return Future.failedFuture("closed");
        }
        making = parts.remover()
                .remove(name())
                .compose(gone -> parts.api().createContainer(name(), options))
                .compose(Placeholder::accepted)
                .compose(created -> parts.api().startContainer(name()))
                .compose(Placeholder::accepted);
        return making.onSuccess(started -> begun());
    }

    private static Future<Void> accepted(EngineResponse reply) {
        return reply.ok() ? Future.succeededFuture() : Future.failedFuture(reply.failure());
    }

    private void begun() {
        failures = 0;
        if (closed) {
            return;
        }
        life.incrementAndGet();
        alive = true;
        listener.changed(this, true);
    }

    private void ended() {
        if (alive) {
            alive = false;
            listener.changed(this, false);
        }
    }

    private void again(@Nullable Throwable cause) {
        if (closed) {
            return;
        }
        if (cause == null) {
            run();
            return;
        }
        failures++;
        if (failures == 1) {
            log.atWarn().addKeyValue("placeholder", name()).log("No placeholder container: {}", cause.getMessage());
        }
        parts.vertx().setTimer(BACKOFF.millis(failures), id -> run());
    }

    /** Ends this life, so that the next begins. */
    void end(int asked) {
        if (alive(asked)) {
            ended();
            remove();
        }
    }

    private void remove() {
        removal = parts.remover()
                .remove(name())
                .onFailure(cause -> log.atWarn()
                        .addKeyValue("placeholder", name())
                        .log("Placeholder container stays: {}", cause.getMessage()));
    }

    Future<Void> close() {
        closed = true;
        ended();
        return Future.join(making, removal).transform(settled -> {
            remove();
            return removal.otherwiseEmpty();
        });
    }
}
