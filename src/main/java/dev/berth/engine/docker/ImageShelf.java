package dev.berth.engine.docker;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which images the engine keeps, how big they are, and which of them no container of ours uses: those may go
 * when there are too many, the least recently used first. Sizes are as the engine reports them, so layers that
 * images share count more than once. No I/O; used on one context.
 */
final class ImageShelf {
    private final long maxBytes;
    private final Set<String> exemptTags;
    private final Map<String, Busy> busy = new HashMap<>();
    /** Least recently used first. */
    private final LinkedHashMap<String, Long> idle = new LinkedHashMap<>();

    private long busyBytes;
    private long idleBytes;

    private record Busy(long bytes, int users) {}

    ImageShelf(long maxBytes, Set<String> exemptTags) {
        this.maxBytes = maxBytes;
        this.exemptTags = Set.copyOf(exemptTags);
    }

    /** An image is on the engine, or was asked for again. An exempt one is not kept in mind at all. */
    void seen(String id, long bytes, @Nullable List<String> tags) {
        if (tags != null && tags.stream().anyMatch(exemptTags::contains)) {
            forget(id);
        } else if (!busy.containsKey(id)) {
            putIdle(id, bytes);
        }
    }

    /** A container of this image begins. */
    void use(String id) {
        Busy users = busy.get(id);
        if (users != null) {
            busy.put(id, new Busy(users.bytes(), users.users() + 1));
            return;
        }
        Long bytes = idle.remove(id);
        if (bytes != null) {
            idleBytes -= bytes;
            busyBytes += bytes;
            busy.put(id, new Busy(bytes, 1));
        }
    }

    /** A container of this image is gone. */
    void free(String id) {
        Busy users = busy.get(id);
        if (users == null) {
            return;
        }
        if (users.users() > 1) {
            busy.put(id, new Busy(users.bytes(), users.users() - 1));
            return;
        }
        busy.remove(id);
        busyBytes -= users.bytes();
        putIdle(id, users.bytes());
    }

    /** Takes out the image to remove next; empty while there is room, or nothing that may go. */
    Optional<Image> next() {
        if (idleBytes <= 0 || idleBytes + busyBytes < maxBytes) {
            return Optional.empty();
        }
        Map.Entry<String, Long> oldest = idle.entrySet().iterator().next();
        Image image = new Image(oldest.getKey(), oldest.getValue());
        forget(image.id());
        return Optional.of(image);
    }

    /** An image that could not be removed: the last to be tried again. */
    void putBack(Image image) {
        if (!busy.containsKey(image.id())) {
            putIdle(image.id(), image.bytes());
        }
    }

    ImageCounts counts() {
        return new ImageCounts(busy.size(), busyBytes, idle.size(), idleBytes, maxBytes);
    }

    private void putIdle(String id, long bytes) {
        forget(id);
        idle.put(id, bytes);
        idleBytes += bytes;
    }

    private void forget(String id) {
        Long bytes = idle.remove(id);
        if (bytes != null) {
            idleBytes -= bytes;
        }
    }

    /** Taken off the shelf. */
    record Image(String id, long bytes) {}
}
