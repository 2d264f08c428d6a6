package dev.berth.engine.docker;

import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.model.Image;
import dev.berth.error.Backoff;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes the least recently used images while the engine keeps more than the configured size. Methods may be
 * called on any context; the work is done on the one this was made on.
 */
final class ImageCleaner {
    private static final Logger log = LoggerFactory.getLogger(ImageCleaner.class);
    /** Between two removals, longer while nothing can be removed. */
    private static final Backoff BACKOFF = Backoff.of(Duration.ofMillis(500), Duration.ofMinutes(1));

    private final Vertx vertx;
    private final EngineApi api;
    private final EngineCallListener listener;
    private final Context home;
    private final ImageShelf shelf;
    /** Ids of the images as they were last asked for by name; no longer than the list of names. */
    private final Map<String, String> idsByName = new HashMap<>();

    private int failures;
    private boolean working;
    private boolean closed;

    ImageCleaner(Vertx vertx, EngineApi api, long maxBytes, Set<String> exemptTags, EngineCallListener listener) {
        this.vertx = vertx;
        this.api = api;
        this.listener = listener;
        this.home = vertx.getOrCreateContext();
        this.shelf = new ImageShelf(maxBytes, exemptTags);
    }

    /** Takes stock of what is there. */
    Future<Void> start() {
        return api.listImages()
                .onSuccess(images -> home.runOnContext(v -> {
                    images.forEach(this::found);
                    work();
                }))
                .mapEmpty();
    }

    private void found(Image image) {
        List<String> tags = image.getRepoTags() == null ? List.of() : List.of(image.getRepoTags());
        shelf.seen(image.getId(), size(image.getSize()), tags);
    }

    /** An image was asked for, and is on the engine. */
    void seen(String name, InspectImageResponse image) {
        String id = image.getId();
        if (id == null) {
            return;
        }
        home.runOnContext(v -> {
            idsByName.put(name, id);
            shelf.seen(id, size(image.getSize()), image.getRepoTags());
            work();
        });
    }

    /** A container of the image called this begins; to be run when it is gone. */
    Runnable use(String name) {
        String[] used = new String[1];
        home.runOnContext(v -> {
            String id = idsByName.get(name);
            if (id != null) {
                used[0] = id;
                shelf.use(id);
                tell();
            }
        });
        return () -> home.runOnContext(v -> {
            if (used[0] != null) {
                shelf.free(used[0]);
                work();
            }
        });
    }

    void close() {
        home.runOnContext(v -> closed = true);
    }

    private void tell() {
        listener.onImages(shelf.counts());
    }

    private void work() {
        tell();
        if (working || closed) {
            return;
        }
        Optional<ImageShelf.Image> next = shelf.next();
        if (next.isEmpty()) {
            return;
        }
        tell();
        working = true;
        remove(next.get())
                .compose(done -> vertx.timer(BACKOFF.millis(failures + 1)))
                .onComplete(done -> {
                    working = false;
                    work();
                });
    }

    private Future<Void> remove(ImageShelf.Image image) {
        return api.removeImage(image.id()).transform(done -> {
            if (done.succeeded() && (done.result().ok() || done.result().status() == 404)) {
                failures = 0;
                idsByName.values().removeIf(image.id()::equals);
                log.atInfo()
                        .addKeyValue("image", image.id())
                        .addKeyValue("bytes", image.bytes())
                        .log("Image removed to make room");
            } else {
                failures++;
                shelf.putBack(image);
                log.atDebug()
                        .addKeyValue("image", image.id())
                        .log(
                                "Image stays: {}",
                                done.failed()
                                        ? done.cause().getMessage()
                                        : done.result().message());
            }
            return Future.succeededFuture();
        });
    }

    private static long size(@Nullable Long bytes) {
        return bytes == null ? 0 : bytes;
    }
}
