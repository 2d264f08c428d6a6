package dev.berth.engine.docker;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On files that look like control groups. */
final class MemoryKillsTest {
    private static final String ID = "ab".repeat(32);

    private final Vertx vertx = Vertx.vertx();
    private final OnContext context = new OnContext(vertx);

    @TempDir
    private Path cgroups;

    @AfterEach
    void stop() {
        new OnContext(vertx).begin(vertx::close).join();
    }

    private boolean any(boolean v1) {
        return context.await(() -> new MemoryKills(vertx, cgroups, v1).any(ID));
    }

    private Path file(String group, String name) throws IOException {
        return Files.createDirectories(cgroups.resolve(group)).resolve(name);
    }

    @Test
    void firstVersionsCountIsRead() throws IOException {
        Path control = file("memory/docker/" + ID, "memory.oom_control");
        Files.writeString(control, "oom_kill_disable 0\nunder_oom 1\noom_kill 0\n");
        assertThat(any(true)).isFalse();
        Files.writeString(control, "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n");
        assertThat(any(true)).isTrue();
    }

    @Test
    void secondVersionsCountIsRead() throws IOException {
        Path events = file("system.slice/docker-" + ID + ".scope", "memory.events");
        Files.writeString(events, "low 0\nhigh 0\nmax 9\noom 3\noom_kill 0\noom_group_kill 0\n");
        assertThat(any(false)).isFalse();
        Files.writeString(events, "low 0\nhigh 0\nmax 9\noom 3\noom_kill 2\noom_group_kill 1\n");
        assertThat(any(false)).isTrue();
    }

    @Test
    void whatCannotBeReadSaysNothing() throws IOException {
        assertThat(any(true)).isFalse();
        Files.createDirectories(file("docker/" + ID, "memory.events"));
        assertThat(any(false)).isFalse();
    }
}
