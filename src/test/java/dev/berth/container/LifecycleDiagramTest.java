package dev.berth.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The documented picture is the table's. */
final class LifecycleDiagramTest {
    private static final Path PAGE = Path.of("src/site/markdown/container-lifecycle.md");

    @Test
    void theCommittedPageIsUpToDate() throws IOException {
        String page = LifecycleDiagram.markdown(ContainerLifecycle.TABLE);
        Path fresh = Path.of("target/container-lifecycle.md");
        Files.createDirectories(fresh.getParent());
        Files.writeString(fresh, page);
        assertThat(PAGE).as("copy %s to %s", fresh, PAGE).hasContent(page);
    }
}
