package dev.berth.doctor;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Finds the process that listens on a TCP port, in the kernel's tables; only root sees all processes. Blocking. */
final class PortHolder {
    private static final String LISTENS = "0A";
    private static final int LOCAL = 1;
    private static final int STATE = 3;
    private static final int INODE = 9;

    private final Path proc;

    PortHolder(Path proc) {
        this.proc = proc;
    }

    /** Empty if nobody listens there; an unnamed process if it is one of those that this process may not look into. */
    Optional<String> find(int port) {
        Set<String> sockets = new HashSet<>();
        sockets.addAll(listening("net/tcp", port));
        sockets.addAll(listening("net/tcp6", port));
        if (sockets.isEmpty()) {
            return Optional.empty();
        }
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (Path process : processes) {
                if (holdsOneOf(sockets, process)) {
                    return Optional.of("process " + process.getFileName() + " (" + name(process) + ")");
                }
            }
        } catch (IOException e) {
            return Optional.of("a process that cannot be found");
        }
        return Optional.of("a process of another user");
    }

    private Set<String> listening(String table, int port) {
        String suffix = ":%04X".formatted(port);
        Set<String> inodes = new HashSet<>();
        try {
            for (String line : Files.readAllLines(proc.resolve(table))) {
                String[] fields = line.trim().split("\\s+");
                if (fields.length > INODE && fields[STATE].equals(LISTENS) && fields[LOCAL].endsWith(suffix)) {
                    inodes.add("socket:[" + fields[INODE] + "]");
                }
            }
        } catch (IOException absent) {
            return inodes;
        }
        return inodes;
    }

    private static boolean holdsOneOf(Set<String> sockets, Path process) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path file : files) {
                if (sockets.contains(Files.readSymbolicLink(file).toString())) {
                    return true;
                }
            }
        } catch (IOException | RuntimeException deniedOrGone) {
            return false;
        }
        return false;
    }

    private static String name(Path process) {
        try {
            return Files.readString(process.resolve("comm")).strip();
        } catch (IOException gone) {
            return "?";
        }
    }
}
