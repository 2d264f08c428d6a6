package dev.berth.engine.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ImageShelfTest {
    private final ImageShelf shelf = new ImageShelf(100, Set.of("keep:1"));

    @Test
    void leastRecentlySeenGoesFirst() {
        shelf.seen("a", 40, null);
        shelf.seen("b", 40, List.of());
        shelf.seen("c", 40, List.of("c:1"));
        shelf.seen("a", 40, null);
        assertThat(shelf.next()).contains(new ImageShelf.Image("b", 40));
        assertThat(shelf.next()).isEmpty();
    }

    @Test
    void exactlyTheLimitIsTooMuch() {
        shelf.seen("a", 99, null);
        assertThat(shelf.next()).isEmpty();
        shelf.seen("a", 100, null);
        assertThat(shelf.next()).contains(new ImageShelf.Image("a", 100));
    }

    @Test
    void usedImageStaysUntilItsLastContainerIsGone() {
        shelf.seen("a", 150, null);
        shelf.use("a");
        shelf.use("a");
        shelf.seen("a", 150, null);
        assertThat(shelf.next()).isEmpty();
        shelf.free("a");
        assertThat(shelf.next()).isEmpty();
        shelf.free("a");
        assertThat(shelf.next()).map(ImageShelf.Image::id).contains("a");
    }

    @Test
    void usedImagesCountTowardsTheLimit() {
        shelf.seen("busy", 90, null);
        shelf.use("busy");
        shelf.seen("idle", 10, null);
        assertThat(shelf.next()).map(ImageShelf.Image::id).contains("idle");
    }

    @Test
    void freedImageIsTheMostRecent() {
        shelf.seen("a", 60, null);
        shelf.use("a");
        shelf.seen("b", 60, null);
        shelf.free("a");
        assertThat(shelf.next()).map(ImageShelf.Image::id).contains("b");
    }

    @Test
    void exemptImageIsNeverCounted() {
        shelf.seen("a", 500, List.of("other:2", "keep:1"));
        assertThat(shelf.next()).isEmpty();
    }

    @Test
    void imageThatCouldNotBeRemovedIsTriedLast() {
        shelf.seen("a", 80, null);
        shelf.seen("b", 80, null);
        Optional<ImageShelf.Image> first = shelf.next();
        shelf.putBack(first.orElseThrow());
        assertThat(shelf.next()).map(ImageShelf.Image::id).contains("b");
        assertThat(shelf.next()).isEmpty();
    }

    @Test
    void imagesNeverSeenAreNobodysBusiness() {
        shelf.use("x");
        shelf.free("x");
        assertThat(shelf.next()).isEmpty();
    }
}
