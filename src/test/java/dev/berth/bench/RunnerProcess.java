package dev.berth.bench;

import dev.berth.proto.RunnerStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** A runner in a process of its own, started as a user starts it: by {@code scripts/berth run}. Blocks. */
final class RunnerProcess implements AutoCloseable {
    static final String HOST = "127.0.0.1";
    /** Neither does conf/berth.yaml count, nor must an older jar understand it. */
    private static final String NO_SETTINGS = "/dev/null";

    private static final long START_SECONDS = 60;
    private static final long STOP_SECONDS = 60;
    private static final long RETRY_MILLIS = 3;
    /** Processor time within that time which is as good as none. */
    private static final double QUIET_SECONDS = 0.02;

    private static final long QUIET_OVER_MILLIS = 1000;
    private static final long LONGEST_UNQUIET_SECONDS = 70;
    private static final double NANOS_PER_MILLI = 1e6;

    private final Driver driver;
    private final Process process;
    private final int port;
    private final EngageConnection connection;
    private final double firstStatusMillis;

    /**
     * What a runner is started with.
     *
     * @param environment settings, and variables of the start script
     */
    record Setup(String engine, Path catalogue, Map<String, String> environment) {
        Setup with(String name, String value) {
            Map<String, String> more = new HashMap<>(environment);
            more.put(name, value);
            return new Setup(engine, catalogue, more);
        }
    }

    private RunnerProcess(Driver driver, Process process, int port, long start) {
        this.driver = driver;
        this.process = process;
        this.port = port;
        this.connection = driver.connection(HOST, port);
        this.firstStatusMillis = awaitStatus(start);
    }

    /** Starts a runner and waits until it has answered Status. */
    static RunnerProcess start(Driver driver, Setup setup, Path log) {
        int port = freePort();
        ProcessBuilder builder = new ProcessBuilder("scripts/berth", "run", "--config", NO_SETTINGS)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.to(log.toFile()));
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("BERTH_") || name.startsWith("FN_"));
        environment.put("BERTH_GRPC_HOST", HOST);
        environment.put("BERTH_GRPC_PORT", Integer.toString(port));
        environment.put("BERTH_ENGINE_KIND", setup.engine());
        environment.put("BERTH_ENGINE_CATALOGUE", setup.catalogue().toString());
        environment.putAll(setup.environment());
        long start = System.nanoTime();
        Process process;
        try {
            Files.createDirectories(log.toAbsolutePath().getParent());
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try {
            return new RunnerProcess(driver, process, port, start);
        } catch (RuntimeException e) {
            process.destroyForcibly();
            throw new IllegalStateException(e.getMessage() + "; its log is " + log, e);
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private double awaitStatus(long start) {
        while (true) {
            try {
                status();
                return (System.nanoTime() - start) / NANOS_PER_MILLI;
            } catch (CompletionException e) {
                if (!process.isAlive()) {
                    throw new IllegalStateException("the runner ended with " + process.exitValue(), e);
                }
                if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(START_SECONDS)) {
                    throw new IllegalStateException("the runner does not answer", e);
                }
                pause(RETRY_MILLIS);
            }
        }
    }

    static void pause(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    RunnerStatus status() {
        return driver.await(connection::status);
    }

    /** Containers in whatever state. */
    int containers() {
        return status().getNode().getSlotsList().stream()
                .mapToInt(slots -> slots.getIdle() + slots.getBusy() + slots.getStarting())
                .sum();
    }

    /** Containers that run a call. */
    int busy() {
        return status().getNode().getSlotsList().stream()
                .mapToInt(slots -> slots.getBusy())
                .sum();
    }

    /** Waits until it does nothing any more, which it does for itself after its start. */
    void awaitQuiet() {
        long start = System.nanoTime();
        double used = QUIET_SECONDS + 1;
        while (used > QUIET_SECONDS && System.nanoTime() - start < TimeUnit.SECONDS.toNanos(LONGEST_UNQUIET_SECONDS)) {
            double before = figures().processorSeconds();
            pause(QUIET_OVER_MILLIS);
            used = figures().processorSeconds() - before;
        }
    }

    /** From the start of the process until it had answered Status. */
    double firstStatusMillis() {
        return firstStatusMillis;
    }

    EngageConnection connection() {
        return connection;
    }

    int port() {
        return port;
    }

    long pid() {
        return process.pid();
    }

    /** How many other nodes it places calls on. */
    long peersUp() {
        return driver.await(connection::clusterStatus).getCluster().getMembersList().stream()
                .filter(member -> member.getState().equals("UP"))
                .count();
    }

    /** {@code KILL}, {@code STOP} or {@code CONT}. */
    void signal(String name) {
        try {
            int code = new ProcessBuilder("kill", "-" + name, Long.toString(pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new IllegalStateException("kill -" + name + " " + pid() + " ended with " + code);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    boolean alive() {
        return process.isAlive();
    }

    ProcFigures figures() {
        return new ProcFigures(process.pid());
    }

    /** Makes calls to it and notes what they cost it. */
    Measurement metered(Supplier<Measurement> calls) {
        double before = figures().processorSeconds();
        Measurement result = calls.get();
        result.processorSeconds(figures().processorSeconds() - before);
        return result;
    }

    /** Ends it as an operator does, and waits; ends it harder if it does not end. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("the runner does not end on SIGTERM: killing it");
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
