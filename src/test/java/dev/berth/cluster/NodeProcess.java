package dev.berth.cluster;

import dev.berth.cli.RunnerJar;
import dev.berth.stopping.FunctionProcesses;
import java.io.FileWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A node as a process of its own, from the fat jar, on loopback; with the process engine unless another is set. */
public final class NodeProcess implements AutoCloseable {
    private static final Pattern LISTENING = Pattern.compile("listening on [^ ]*:(\\d+),");

    public final String name;
    private final Path sockets;
    private final Path log;
    private final CompletableFuture<Integer> port = new CompletableFuture<>();
    private final Process process;
    private final BlockingQueue<Optional<String>> lines = new LinkedBlockingQueue<>();
    private final List<String> seen = new ArrayList<>();

    /** Two ports that were free a moment ago. */
    public record Ports(int member, int bus) {
        public static Ports free() {
            return new Ports(FreePorts.next(), FreePorts.next());
        }
    }

    private NodeProcess(String name, Path sockets, Path log, Process process) {
        this.name = name;
        this.sockets = sockets;
        this.log = log;
        this.process = process;
        Thread reader = new Thread(this::read, name + "-reader");
        reader.setDaemon(true);
        reader.start();
    }

    static NodeProcess start(Path folder, String name, List<String> jvm, List<String> settings) throws IOException {
        return start(folder, name, List.of(), jvm, settings);
    }

    /** @param before the command that runs it, such as one that does so in a network of its own */
    static NodeProcess start(Path folder, String name, List<String> before, List<String> jvm, List<String> settings)
            throws IOException {
        Path sockets = Files.createDirectories(folder.resolve(name));
        List<String> command = new ArrayList<>(before);
        command.addAll(RunnerJar.command(jvm.toArray(String[]::new)));
        command.addAll(List.of("run", "--port", "0"));
        if (settings.stream().noneMatch(setting -> setting.startsWith("engine.kind="))) {
            command.addAll(List.of("--engine", "process"));
        }
        for (String setting : List.of(
                "grpc.host=127.0.0.1",
                "node.rehearsalCalls=0",
                "engine.catalogue=" + Path.of("src/examples").toAbsolutePath(),
                "worker.socketRoot=" + sockets)) {
            command.addAll(List.of("--set", setting));
        }
        settings.forEach(setting -> command.addAll(List.of("--set", setting)));
        return new NodeProcess(
                name,
                sockets,
                folder.resolve(name + ".log"),
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .start());
    }

    public static NodeProcess member(Path folder, String name, Ports ports, String members, List<String> more)
            throws IOException {
        return member(folder, name, List.of(), ports, members, more);
    }

    static NodeProcess member(
            Path folder, String name, List<String> jvm, Ports ports, String members, List<String> more)
            throws IOException {
        List<String> settings = new ArrayList<>(List.of(
                "node.id=" + name,
                "cluster.enabled=true",
                "cluster.members=" + members,
                "cluster.memberPort=" + ports.member,
                "cluster.busPort=" + ports.bus));
        settings.addAll(more);
        return start(folder, name, jvm, settings);
    }

    private void read() {
        try (PrintWriter copy = new PrintWriter(new FileWriter(log.toFile(), StandardCharsets.UTF_8, true), true)) {
            process.inputReader().lines().forEach(line -> {
                Matcher listening = LISTENING.matcher(line);
                if (listening.find()) {
                    port.complete(Integer.valueOf(listening.group(1)));
                }
                copy.println(line);
                lines.add(Optional.of(line));
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        lines.add(Optional.empty());
    }

    /** The next line; null after the last. */
    private String next() {
        try {
            Optional<String> line = lines.poll(60, TimeUnit.SECONDS);
            if (line == null) {
                throw new AssertionError(name + " says no more:\n" + String.join("\n", seen));
            }
            line.ifPresent(seen::add);
            return line.orElse(null);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** The next line that has this in it. */
    public void await(String regex) {
        Matcher unused = match(regex);
    }

    /** What the group is in the next line that has this in it. */
    String find(String regex) {
        return match(regex).group(1);
    }

    private Matcher match(String regex) {
        Pattern pattern = Pattern.compile(regex);
        for (String line = next(); line != null; line = next()) {
            Matcher matcher = pattern.matcher(line);
            if (matcher.find()) {
                return matcher;
            }
        }
        throw new AssertionError(name + " ended without " + regex + ":\n" + String.join("\n", seen));
    }

    /** Where it takes calls, once it does. */
    public int port() throws Exception {
        return port.get(60, TimeUnit.SECONDS);
    }

    void awaitPeer(String peer, PeerState state) {
        await("peer=\"" + peer + " at .* to=\"" + state);
    }

    /** Whether a line so far has this in it. */
    boolean hasSaid(String regex) {
        for (Optional<String> line = lines.poll(); line != null; line = lines.poll()) {
            line.ifPresent(seen::add);
        }
        return seen.stream().anyMatch(Pattern.compile(regex).asPredicate());
    }

    /** Every line up to the end of the process. */
    public List<String> awaitEnd() {
        for (String line = next(); line != null; ) {
            line = next();
        }
        return seen;
    }

    public int exitCode() throws InterruptedException {
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new AssertionError(name + " does not end");
        }
        return process.exitValue();
    }

    /** {@code STOP}, {@code CONT}, {@code TERM} or {@code KILL}. */
    public void signal(String signal) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                .inheritIO()
                .start()
                .waitFor();
    }

    public long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
        FunctionProcesses.endOrphans(sockets);
    }
}
