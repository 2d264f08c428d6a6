package dev.berth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.conformance.Rule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder that others write goes, whatever is in it and whatever they do meanwhile; and nothing else goes. */
final class FolderRemovalTest {
    private static final int DEPTH = 20_000;
    private static final int WIDTH = 2_000;
    private static final int PAIRS = 20;
    private static final int ROUNDS = 30;

    @TempDir
    private Path root;

    @AfterEach
    void nothingIsLeftOpen() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            assertThat(open.map(FolderRemovalTest::target).filter(target -> target.startsWith(root.toString())))
                    .isEmpty();
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException closed) {
            return "";
        }
    }

    /** Folders in each other, by a path that no system call takes whole. */
    private static void nest(Path top, int depth) throws IOException {
        Process made = new ProcessBuilder(
                        "perl",
                        "-e",
                        "chdir $ARGV[0] or die; for (1..$ARGV[1]) { mkdir 'a-name-of-some-length' or die; "
                                + "chdir 'a-name-of-some-length' or die; } open(my $f, '>', 'file') or die;",
                        top.toString(),
                        Integer.toString(depth))
                .inheritIO()
                .start();
        try {
            assertThat(made.waitFor()).isZero();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void whatIsNotThereIsGone() throws Exception {
        FolderRemoval.remove(root.resolve("missing"));
        FolderRemoval.remove(root.resolve("missing/below"));
    }

    @Test
    void filesFoldersAndLinksGoAndWhatLinksLeadToStays() throws Exception {
        Path outside = Files.createDirectories(root.resolve("outside/folder"));
        Files.createFile(outside.resolve("file"));
        Path top = Files.createDirectories(root.resolve("top/a/b")).getParent().getParent();
        Files.createFile(top.resolve("a/b/c"));
        Files.createDirectory(top.resolve("empty"));
        Files.createSymbolicLink(top.resolve("a/link"), outside);
        Files.createSymbolicLink(top.resolve("link"), outside.resolve("file"));

        FolderRemoval.remove(top);

        assertThat(top).doesNotExist();
        assertThat(outside.resolve("file")).exists();
    }

    @Test
    void aTreeDeeperThanAnyPathGoesWithFewFoldersOpen() throws Exception {
        Path memory = Files.createDirectory(root.resolve("memory"));
        Mounts.tmpfs(memory, "size=64m");
        try {
            Path top = Files.createDirectory(memory.resolve("top"));
            nest(top, DEPTH);

            FolderRemoval.remove(top);

            assertThat(top).doesNotExist();
        } finally {
            Mounts.unmountAll(memory);
        }
    }

    @Test
    void aWideTreeGoes() throws Exception {
        Path top = Files.createDirectory(root.resolve("top"));
        for (int i = 0; i < WIDTH; i++) {
            Files.createFile(top.resolve("file" + i));
        }
        for (int i = 0; i < 300; i++) {
            Files.createDirectories(top.resolve("x" + i + "/y" + i + "/z"));
        }

        FolderRemoval.remove(top);

        assertThat(top).doesNotExist();
    }

    @Test
    void whatCannotGoIsToldInOneShortLineAndTheRestGoes() throws Exception {
        Path top = Files.createDirectories(root.resolve("top/kept")).getParent();
        nest(Files.createDirectory(top.resolve("deep")), 300);
        Path kept = Files.createFile(top.resolve("kept/fast\nname"));
        run("chattr", "+i", kept.toString());
        try {
            assertThatThrownBy(() -> FolderRemoval.remove(top))
                    .isInstanceOf(IOException.class)
                    .hasMessage("1 entry cannot be removed: Operation not permitted");
            try (Stream<Path> left = Files.walk(top)) {
                assertThat(left).containsExactlyInAnyOrder(top, top.resolve("kept"), kept);
            }
        } finally {
            run("chattr", "-i", kept.toString());
        }
        FolderRemoval.remove(top);
        assertThat(top).doesNotExist();
    }

    /** Folders are renamed and links put in their place all the time; what the links lead to must survive. */
    @Test
    @Rule("removal-links")
    void renamingAndLinkingMeanwhileLeadsItNowhereElse() throws Exception {
        Path outside = Files.createDirectory(root.resolve("outside"));
        for (int i = 0; i < ROUNDS; i++) {
            Files.createFile(outside.resolve("file" + i));
        }
        for (int round = 0; round < ROUNDS; round++) {
            Path top = Files.createDirectories(root.resolve("top" + round + "/in/side"))
                    .getParent()
                    .getParent();
            for (int i = 0; i < ROUNDS; i++) {
                Files.createFile(top.resolve("in/side/file" + i));
            }
            AtomicBoolean over = new AtomicBoolean();
            Thread attacker = new Thread(() -> swap(top, outside, over));
            attacker.start();
            try {
                FolderRemoval.remove(top);
            } catch (IOException busy) {
                // Whoever writes there all the time keeps the folder.
            } finally {
                over.set(true);
                attacker.join();
            }
            try (Stream<Path> survivors = Files.list(outside)) {
                assertThat(survivors).hasSize(ROUNDS);
            }
        }
    }

    /** By paths, as an attacker would who may write all of it, even the folder above. */
    private static void swap(Path top, Path outside, AtomicBoolean over) {
        Path[] folders = {top, top.resolve("in"), top.resolve("in/side")};
        while (!over.get()) {
            for (Path folder : folders) {
                Path aside = folder.resolveSibling(folder.getFileName() + "-aside");
                try {
                    Files.move(folder, aside);
                    Files.createSymbolicLink(folder, outside);
                    Files.delete(folder);
                    Files.move(aside, folder);
                } catch (IOException gone) {
                    Thread.onSpinWait();
                }
            }
        }
    }

    /** The same by a process that does nothing else: folders and links change places thousands of times a second. */
    @Test
    @Rule("removal-links")
    void foldersThatChangePlacesWithLinksLeadItNowhereElse() throws Exception {
        Path outside = Files.createDirectory(root.resolve("outside"));
        for (int i = 0; i < PAIRS; i++) {
            Files.createFile(outside.resolve("file" + i));
        }
        List<String> names = IntStream.range(0, PAIRS)
                .boxed()
                .flatMap(i -> Stream.of("a" + i, "b" + i))
                .toList();
        for (int round = 0; round < ROUNDS; round++) {
            Path top = Files.createDirectory(root.resolve("top" + round));
            for (int i = 0; i < PAIRS; i++) {
                Files.createFile(Files.createDirectory(top.resolve("a" + i)).resolve("file"));
                Files.createSymbolicLink(top.resolve("b" + i), outside);
            }
            SwappedNames attacker = SwappedNames.in(top, names);
            try {
                FolderRemoval.remove(top);
            } catch (IOException left) {
                assertThat(left).hasMessageContaining("cannot be removed");
            } finally {
                attacker.close();
            }
            FolderRemoval.remove(top);
        }
        assertThat(outside.toFile().list()).hasSize(PAIRS);
    }

    private static void run(String... command) throws Exception {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }
}
