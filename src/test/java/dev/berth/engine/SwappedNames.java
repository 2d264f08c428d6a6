package dev.berth.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A process that does nothing but swap entries of a folder, each pair in one step, thousands of times a second. */
public final class SwappedNames {
    private static final String PROGRAM = "chdir shift or die; $| = 1; my $renameat2 = 0 + shift; my @n = @ARGV; "
            + "for (my $round = 0; ; $round++) { "
            + "for (my $i = 0; $i < @n; $i += 2) { syscall($renameat2, -100, $n[$i], -100, $n[$i + 1], 2); } "
            + "print \"begun\\n\" if $round == 1; }";

    private final Process process;

    private SwappedNames(Process process) {
        this.process = process;
    }

    /** @param pairs of names in the folder, one after the other */
    public static SwappedNames in(Path folder, List<String> pairs) throws IOException {
        String renameat2 = System.getProperty("os.arch").equals("aarch64") ? "276" : "316";
        List<String> command = new ArrayList<>(List.of("perl", "-e", PROGRAM, folder.toString(), renameat2));
        command.addAll(pairs);
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        if (!"begun".equals(process.inputReader().readLine())) {
            process.destroyForcibly();
            throw new IOException("nothing is swapped");
        }
        return new SwappedNames(process);
    }

    /** Ends it. */
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
