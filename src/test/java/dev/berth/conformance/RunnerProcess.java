package dev.berth.conformance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A runner in a process of its own, started as a user starts it. */
final class RunnerProcess implements AutoCloseable {
    /** What is kept of runs: of each of the processes that run tests at the same time, apart. */
    static final Path FOLDER = Path.of("target", "conformance", System.getProperty("berth.fork", "1"));

    private static final Pattern LISTENING = Pattern.compile(" listening on \\S*:(\\d+),");
    private static final long STOP_SECONDS = 60;
    /** The runner has a folder of its own below the one it is given, and each container one below that. */
    private static final int CONTAINERS_DEPTH = 2;

    private final Process process;
    private final Path log;
    private final Path sockets;
    private final int port;
    private boolean stopped;

    private RunnerProcess(Process process, Path log, Path sockets, int port) {
        this.process = process;
        this.log = log;
        this.sockets = sockets;
        this.port = port;
    }

    static RunnerProcess start(Profile profile) {
        try {
            Path log =
                    Files.createDirectories(FOLDER).resolve(profile.name().toLowerCase(java.util.Locale.ROOT) + ".log");
            Path sockets = Files.createTempDirectory("berth-conformance");
            ProcessBuilder builder = new ProcessBuilder("scripts/berth", "run").redirectError(log.toFile());
            Map<String, String> environment = builder.environment();
            environment.keySet().removeIf(name -> name.startsWith("BERTH_") || name.startsWith("FN_"));
            environment.put("BERTH_ENGINE_KIND", "docker");
            environment.put("BERTH_GRPC_HOST", "127.0.0.1");
            environment.put("BERTH_GRPC_PORT", "0");
            environment.put("BERTH_NODE_REHEARSAL_CALLS", "0");
            environment.put("BERTH_WORKER_SOCKET_ROOT", sockets.toString());
            environment.putAll(profile.settings());
            return start(builder, log, sockets);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static RunnerProcess start(ProcessBuilder builder, Path log, Path sockets) throws IOException {
        try {
            Process process = builder.start();
            return new RunnerProcess(process, log, sockets, port(process.inputReader(), log));
        } catch (IOException | IllegalStateException notStarted) {
            delete(sockets);
            throw notStarted;
        }
    }

    private static int port(BufferedReader output, Path log) throws IOException {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            Matcher listening = LISTENING.matcher(line);
            if (listening.find()) {
                return Integer.parseInt(listening.group(1));
            }
        }
        throw new IllegalStateException("the runner did not start; its log is " + log);
    }

    int port() {
        return port;
    }

    long pid() {
        return process.pid();
    }

    /** What it has written to its log. */
    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Asks it to stop, as an operator does. */
    void stop() {
        stopped = true;
        process.destroy();
    }

    boolean stopped() {
        return stopped;
    }

    /** Waits for the end of a runner that was asked to stop. */
    void awaitEnd() {
        end();
    }

    /** The containers that this runner has on the engine, in whatever state; while it runs those of functions. */
    List<String> containers() {
        try {
            String owner = InetAddress.getLocalHost().getHostName() + ":" + sockets;
            List<String> command = new ArrayList<>(client());
            command.addAll(List.of("ps", "-aq", "--filter", "label=dev.berth.owner=" + owner));
            if (!stopped) {
                command.addAll(List.of("--filter", "label=dev.berth.role=function"));
            }
            Process list = new ProcessBuilder(command).redirectErrorStream(true).start();
            return list.inputReader().lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The engine's client program; the scripts set these variables where they have set Podman's service up. */
    private static List<String> client() {
        return "podman".equals(System.getenv("BERTH_ENGINE"))
                ? List.of("podman", "--remote", "--url", System.getenv("DOCKER_HOST"))
                : List.of("docker");
    }

    /** What its containers' socket directories have left in their folder. */
    List<String> socketDirectories() {
        try (Stream<Path> left = Files.walk(sockets, CONTAINERS_DEPTH)) {
            return left.filter(path -> path.getNameCount() == sockets.getNameCount() + CONTAINERS_DEPTH)
                    .filter(Files::isDirectory)
                    .map(Path::toString)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends it, and deletes the folder it had for its sockets, whatever it has left there. */
    @Override
    public void close() {
        try {
            end();
        } finally {
            delete(sockets);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void end() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("the runner does not end");
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
