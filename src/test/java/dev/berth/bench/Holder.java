package dev.berth.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The place below which a runner keeps all that it makes on its machine, and what is there: folders, mounts and the
 * engine's containers. Blocks.
 */
final class Holder implements AutoCloseable {
    private static final Duration QUIET_WITHIN = Duration.ofSeconds(90);

    private final Path root;
    private final EngineApi engine;
    private final boolean containers;

    Holder(EngineApi engine, boolean containers) {
        this.engine = engine;
        this.containers = containers;
        try {
            root = Files.createTempDirectory(Path.of("/tmp"), "berth-chaos-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path root() {
        return root;
    }

    /** Waits until a runner without calls holds nothing any more. */
    void awaitNothing(Checks checks, RunnerProcess runner, String when) {
        long end = System.nanoTime() + QUIET_WITHIN.toNanos();
        while (System.nanoTime() < end && !(Holdings.idle(runner.status()) && functions() == 0 && leavesNothing())) {
            RunnerProcess.pause(200);
        }
        checks.that(Holdings.idle(runner.status()), "no call or capacity is left " + when, "%s", runner.containers());
        check(checks, when, functions());
    }

    /** Of a runner that has ended: not even what it held ready is left. */
    void checkNothing(Checks checks, String when) {
        check(checks, when, containers());
    }

    private void check(Checks checks, String when, int containersLeft) {
        checks.that(
                containersLeft == 0 && leavesNothing(),
                "no container, folder or mount is left " + when,
                "%d containers, %d folders, %d mounts",
                containersLeft,
                folders(),
                mounts());
    }

    private boolean leavesNothing() {
        return folders() == 0 && mounts() == 0;
    }

    private int functions() {
        return containers("dev.berth.role=function");
    }

    private int containers(String... labels) {
        try {
            List<String> all = new ArrayList<>(List.of(labels));
            all.add("dev.berth.owner=" + InetAddress.getLocalHost().getHostName() + ":" + root);
            return containers ? engine.list(all).size() : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of containers: two below the root, where the runner's own is in between. */
    private long folders() {
        try (Stream<Path> instances = Files.list(root)) {
            return instances
                    .filter(Files::isDirectory)
                    .mapToLong(Holder::folders)
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long folders(Path instance) {
        try (Stream<Path> entries = Files.list(instance)) {
            return entries.filter(Files::isDirectory).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long mounts() {
        try {
            List<String> all = Files.readAllLines(Path.of("/proc/self/mounts"));
            return all.stream().filter(mount -> mount.contains(root + "/")).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(root);
    }
}
