package dev.berth.stopping;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Empty;
import dev.berth.cli.RunnerJar;
import dev.berth.ingress.EngageClient;
import dev.berth.ingress.UnaryClient;
import dev.berth.proto.RunnerStatus;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A runner in a process of its own, with settings of a test. What it leaves behind can be asked for. */
public final class OneRunner implements AutoCloseable {
    private static final Pattern READY = Pattern.compile("berth \\S+ listening on 127\\.0\\.0\\.1:(\\d+), .*");
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final long LOOK_AGAIN_NANOS = Duration.ofMillis(20).toNanos();

    private final Process process;
    private final Path sockets;
    private final Path log;
    private final int port;
    private long signalled;

    private OneRunner(Process process, Path sockets, Path log, int port) {
        this.process = process;
        this.sockets = sockets;
        this.log = log;
        this.port = port;
    }

    /**
     * @param folder for its log
     * @param sockets its socket root
     * @param settings as {@code name=value}
     */
    public static OneRunner start(Path folder, Path sockets, String... settings) throws IOException {
        return start(RunnerJar.command(), folder, sockets, settings);
    }

    /** The same, with nothing in its environment that leaves SIGUSR2 to it. */
    static OneRunner startBare(Path folder, Path sockets, String... settings) throws IOException {
        return start(RunnerJar.command(), Map.of(), folder, sockets, settings);
    }

    /** The same, with another folder for temporary files. */
    static OneRunner startWithTemporary(Path temporary, Path folder, Path sockets, String... settings)
            throws IOException {
        return start(RunnerJar.command("-Djava.io.tmpdir=" + temporary), folder, sockets, settings);
    }

    /** The same, of other classes. */
    static OneRunner startOf(String classPath, Path folder, Path sockets, String... settings) throws IOException {
        return start(RunnerJar.java("-cp", classPath, "dev.berth.RunnerMain"), folder, sockets, settings);
    }

    private static OneRunner start(List<String> program, Path folder, Path sockets, String... settings)
            throws IOException {
        return start(program, Map.of("_JAVA_SR_SIGNUM", "40"), folder, sockets, settings);
    }

    private static OneRunner start(
            List<String> program, Map<String, String> environment, Path folder, Path sockets, String... settings)
            throws IOException {
        Files.createDirectories(sockets);
        List<String> command = new ArrayList<>(program);
        command.addAll(List.of(
                "run",
                "--set",
                "node.rehearsalCalls=0",
                "--set",
                "grpc.port=0",
                "--set",
                "grpc.host=127.0.0.1",
                "--set",
                "worker.startTimeout=60s",
                "--set",
                "worker.socketRoot=" + sockets));
        for (String setting : settings) {
            command.addAll(List.of("--set", setting));
        }
        Path log = Files.createTempFile(folder, "runner", ".log");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("BERTH_") || name.startsWith("FN_"));
        builder.environment().remove("_JAVA_SR_SIGNUM");
        builder.environment().putAll(environment);
        Process process = builder.start();
        BufferedReader out = process.inputReader();
        String line = String.valueOf(out.readLine());
        Matcher ready = READY.matcher(line);
        if (!ready.matches()) {
            process.destroyForcibly();
        }
        assertThat(line).as(() -> read(log)).matches(READY);
        return new OneRunner(process, sockets, log, Integer.parseInt(ready.group(1)));
    }

    int port() {
        return port;
    }

    /** Waits until it says so. */
    void awaitLine(String text) {
        until(text, () -> log().contains(text));
    }

    public EngageClient connect(Vertx vertx) {
        return new EngageClient(vertx, port);
    }

    public void signal(String name) throws IOException, InterruptedException {
        signalled = System.nanoTime();
        assertThat(new ProcessBuilder("kill", "-s", name, Long.toString(process.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    /** From now on it is to stop, though nobody has sent it a signal. */
    void signalled() {
        signalled = System.nanoTime();
    }

    /** Waits for its end, which must come within so many seconds of the last signal. */
    public int exitCode(long seconds) throws InterruptedException {
        long left = TimeUnit.SECONDS.toNanos(seconds) - (System.nanoTime() - signalled);
        assertThat(process.waitFor(left, TimeUnit.NANOSECONDS))
                .as(() -> "ended; its log: " + log())
                .isTrue();
        return process.exitValue();
    }

    long pid() {
        return process.pid();
    }

    boolean alive() {
        return process.isAlive();
    }

    public String log() {
        return read(log);
    }

    public long linesWith(String text) {
        return log().lines().filter(line -> line.contains(text)).count();
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What {@code berth why} says of a call, as JSON. */
    public JsonObject why(String callId) throws IOException, InterruptedException {
        List<String> command = RunnerJar.command();
        command.addAll(List.of("why", callId, "--json", "--runner", "127.0.0.1:" + port));
        Process asked = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String said = asked.inputReader().lines().collect(Collectors.joining("\n"));
        assertThat(asked.waitFor()).as(said).isZero();
        return new JsonObject(said).getJsonArray("records").getJsonObject(0);
    }

    /** Files that it has open below a folder. */
    long openUnder(String root) {
        try (Stream<Path> all = Files.list(Path.of("/proc", Long.toString(pid()), "fd"))) {
            return all.filter(each -> {
                        try {
                            return Files.readSymbolicLink(each).startsWith(root);
                        } catch (IOException closed) {
                            return false;
                        }
                    })
                    .count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public RunnerStatus status(EngageClient client) {
        return new UnaryClient(client).ask("/RunnerProtocol/Status", Empty.getDefaultInstance(), RunnerStatus.parser());
    }

    public void awaitStatus(EngageClient client, String what, Predicate<RunnerStatus> condition) {
        until(what, () -> condition.test(status(client)));
    }

    void awaitBusy(EngageClient client, int containers) {
        awaitStatus(
                client,
                containers + " busy",
                status -> status.getNode().getSlotsList().stream()
                                .mapToInt(slot -> slot.getBusy())
                                .sum()
                        == containers);
    }

    /** Looks until something holds that no message tells. */
    public void until(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(() -> what + "; its log: " + log()).isLessThan(end);
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
    }

    /** Processes of functions that it started. */
    public List<Path> processes() throws IOException {
        return FunctionProcesses.of(sockets);
    }

    /** Its containers on the engine of this machine, in whatever state. */
    public List<String> containers() throws IOException {
        return containersWith("dev.berth.owner=" + FunctionProcesses.owner(sockets));
    }

    /** Those of them that have another label too. */
    List<String> containersWith(String label) throws IOException {
        Process list = new ProcessBuilder(
                        "docker",
                        "ps",
                        "-aq",
                        "--filter",
                        "label=dev.berth.owner=" + FunctionProcesses.owner(sockets),
                        "--filter",
                        "label=" + label)
                .redirectErrorStream(true)
                .start();
        return list.inputReader().lines().toList();
    }

    Path sockets() {
        return sockets;
    }

    List<Path> folders() throws IOException {
        try (Stream<Path> left = Files.list(sockets)) {
            return left.filter(Files::isDirectory).toList();
        }
    }

    public void assertNothingLeft() throws IOException {
        assertThat(processes()).as("processes").isEmpty();
        assertThat(folders()).as("folders").isEmpty();
    }

    /** Ends it as a crash does. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
        FunctionProcesses.endOrphans(sockets);
    }
}
