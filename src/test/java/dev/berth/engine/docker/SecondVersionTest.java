package dev.berth.engine.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.engine.Usage;
import dev.berth.engine.UsageMeter;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * On the kernel's own control groups of version 2, mounted for these tests alone; where engines use version 1 they have
 * the freezer and processor time all the same, but no limits and no memory. Left out where they cannot be mounted.
 */
@Timeout(60)
final class SecondVersionTest {
    private final Vertx vertx = Vertx.vertx();
    private final OnContext context = new OnContext(vertx);
    private final String id = random() + random();

    @TempDir
    private Path mountPoint;

    private @Nullable Process holder;
    private @Nullable Process busy;
    private @Nullable Path parent;
    private @Nullable Path group;
    private boolean parentIsOurs;

    private static String random() {
        byte[] bytes = new byte[16];
        ThreadLocalRandom.current().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** A process in a mount namespace of its own has the tree, and with its end it is gone. */
    private @Nullable Path mounted() throws IOException {
        holder = new ProcessBuilder(
                        "unshare",
                        "--mount",
                        "sh",
                        "-c",
                        "mount -t cgroup2 none \"$0\" && echo there && exec cat",
                        "" + mountPoint)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        BufferedReader told = holder.inputReader(StandardCharsets.US_ASCII);
        return "there".equals(told.readLine()) ? Path.of("/proc/" + holder.pid() + "/root" + mountPoint) : null;
    }

    @BeforeEach
    void putABusyProcessIntoAGroup() throws IOException {
        Path tree = mounted();
        if (tree == null) {
            throw new AssertionError(
                    "control groups of version 2 cannot be mounted: this takes root and Linux 4.5 or newer");
        }
        parent = tree.resolve("docker");
        parentIsOurs = !Files.exists(parent);
        group = Files.createDirectories(parent.resolve(id));
        busy = new ProcessBuilder("sh", "-c", "while :; do :; done").start();
        Files.writeString(group.resolve("cgroup.procs"), "" + busy.pid());
    }

    @AfterEach
    void leaveNothing() throws Exception {
        if (busy != null) {
            busy.destroyForcibly().waitFor();
        }
        if (group != null) {
            while (Files.readString(group.resolve("cgroup.events")).contains("populated 1")) {
                Thread.onSpinWait();
            }
            Files.delete(group);
        }
        if (parent != null && parentIsOurs) {
            Files.delete(parent);
        }
        if (holder != null) {
            holder.outputWriter().close();
            holder.waitFor();
        }
        context.begin(vertx::close).join();
    }

    private Path tree() {
        return group.getParent().getParent();
    }

    @Test
    void aProcessIsStoppedAndGoesOn() throws IOException {
        CgroupFreezer freezer = new CgroupFreezer(vertx, tree(), false);

        assertThat(context.await(() -> freezer.freeze(id))).isTrue();
        assertThat(group.resolve("cgroup.events")).content().contains("frozen 1");
        long stood = usage().cpuNanos();
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(100);
        while (System.nanoTime() < until) {
            Thread.onSpinWait();
        }
        assertThat(usage().cpuNanos()).isEqualTo(stood);

        assertThat(context.await(() -> freezer.thaw(id))).isTrue();
        assertThat(group.resolve("cgroup.freeze")).hasContent("0");
        awaitMoreThan(stood);
        context.await(freezer::close);
    }

    @Test
    void processorTimeIsReadAndMemoryIsNotWhereItIsCountedElsewhere() {
        awaitMoreThan(TimeUnit.MILLISECONDS.toNanos(20));

        Usage usage = usage();

        assertThat(usage.known()).isTrue();
        assertThat(usage.throttledNanos()).isZero();
        if (!Files.exists(group.resolve("memory.current"))) {
            assertThat(usage.memoryBytes()).isZero();
        }
        assertThat(ControlGroupMeters.reach(tree(), false)).isEqualTo(ControlGroupMeters.Reach.READABLE);
    }

    @Test
    void aGroupThatHasGoneIsNotMeasuredAndNotFrozen() throws Exception {
        ControlGroupMeters meters = new ControlGroupMeters(vertx, tree(), false);
        UsageMeter meter = context.await(() -> meters.open(id, true));
        CgroupFreezer freezer = new CgroupFreezer(vertx, tree(), false);
        assertThat(context.await(() -> freezer.freeze(id))).isTrue();
        busy.destroyForcibly().waitFor();
        while (Files.readString(group.resolve("cgroup.events")).contains("populated 1")) {
            Thread.onSpinWait();
        }
        Files.delete(group);
        group = null;

        assertThat(context.await(() -> meter.read(true))).isEqualTo(Usage.UNKNOWN);
        context.await(() -> freezer.thaw(id));
        assertThat(context.await(() -> freezer.freeze(id))).isFalse();
        assertThat(freezer.held()).isZero();
        context.await(meter::close);
        context.await(meters::close);
        context.await(freezer::close);
    }

    private void awaitMoreThan(long cpuNanos) {
        while (usage().cpuNanos() <= cpuNanos) {
            Thread.onSpinWait();
        }
    }

    private Usage usage() {
        ControlGroupMeters meters = new ControlGroupMeters(vertx, tree(), false);
        UsageMeter meter = context.await(() -> meters.open(id, false));
        Usage usage = context.await(() -> meter.read(false));
        context.await(meter::close);
        context.await(meters::close);
        return usage;
    }
}
