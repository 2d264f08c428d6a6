package dev.berth.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What Linux knows of a process. */
final class ProcFigures {
    private static final double KIB_PER_MIB = 1024;
    private static final double TICKS_PER_SECOND = 100;
    /** Among the fields after the name. */
    private static final int USER_TICKS = 11;

    private final Path folder;

    ProcFigures(long pid) {
        folder = Path.of("/proc", Long.toString(pid));
    }

    /** Resident memory now, in MiB. */
    double residentMiB() {
        return status("VmRSS") / KIB_PER_MIB;
    }

    /** The most resident memory there ever was, in MiB. */
    double peakMiB() {
        return status("VmHWM") / KIB_PER_MIB;
    }

    int threads() {
        return (int) status("Threads");
    }

    int openFiles() {
        try (Stream<Path> files = Files.list(folder.resolve("fd"))) {
            return (int) files.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Processor time it has used so far, in seconds. */
    double processorSeconds() {
        try {
            String stat = Files.readString(folder.resolve("stat"));
            // The name, which comes second, may have blanks in it.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return (Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[USER_TICKS + 1])) / TICKS_PER_SECOND;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long status(String name) {
        return number(folder.resolve("status"), name);
    }

    /** Memory that programs can still have on this machine, in MiB. */
    static double availableMiB() {
        return number(Path.of("/proc/meminfo"), "MemAvailable") / KIB_PER_MIB;
    }

    private static long number(Path file, String name) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(name + ":"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("no " + name + " in " + file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
