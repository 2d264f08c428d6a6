package dev.berth.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The heap of another Java process, asked for with the JDK's jcmd. Blocks. */
final class HeapGauge {
    private static final Pattern USED = Pattern.compile("(?:generation|heap) .*used (\\d+)K");
    private static final double KIB_PER_MIB = 1024;

    private final String pid;

    HeapGauge(long pid) {
        this.pid = Long.toString(pid);
    }

    /** What is used after a full collection, in MiB. */
    double afterCollection() {
        jcmd("GC.run");
        return used();
    }

    double used() {
        Matcher matcher = USED.matcher(jcmd("GC.heap_info"));
        long sum = 0;
        while (matcher.find()) {
            sum += Long.parseLong(matcher.group(1));
        }
        if (sum == 0) {
            throw new IllegalStateException("no heap size in what jcmd says of process " + pid);
        }
        return sum / KIB_PER_MIB;
    }

    private String jcmd(String command) {
        String program = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        try {
            Process process = new ProcessBuilder(program, pid, command)
                    .redirectErrorStream(true)
                    .start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
