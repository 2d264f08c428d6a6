package dev.berth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Holds this process to the descriptors it has, by a shell that must be there before. */
public final class DescriptorLimit implements AutoCloseable {
    private final Process shell;
    private final BufferedReader said;

    public DescriptorLimit() throws IOException {
        long self = ProcessHandle.current().pid();
        shell = new ProcessBuilder(
                        "sh",
                        "-c",
                        "had=$(prlimit --pid " + self + " --nofile --output SOFT --noheadings | tr -d ' ');"
                                + "read go; prlimit --pid " + self + " --nofile=3:; echo set;"
                                + "read go; prlimit --pid " + self + " --nofile=$had:; echo back")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        said = shell.inputReader();
    }

    /** No more files can be opened from now on; for classes' sake those of the runner are loaded before. */
    public void set() throws IOException, ReflectiveOperationException {
        loadClasses();
        next("set");
    }

    public void lift() throws IOException {
        next("back");
    }

    private static void loadClasses() throws IOException, ReflectiveOperationException {
        Path root = Path.of(HotContainer.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath());
        List<Path> files;
        try (Stream<Path> walk = Files.walk(root.resolve("dev/berth"))) {
            files = walk.filter(file -> file.toString().endsWith(".class")).toList();
        }
        for (Path file : files) {
            String name = root.relativize(file).toString();
            Class.forName(name.substring(0, name.length() - ".class".length()).replace('/', '.'));
        }
    }

    private void next(String expected) throws IOException {
        shell.outputWriter().write("go\n");
        shell.outputWriter().flush();
        assertThat(said.readLine()).isEqualTo(expected);
    }

    @Override
    public void close() {
        shell.destroy();
    }
}
