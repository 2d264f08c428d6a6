package dev.berth.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** A {@link FloorServer} in a process of its own, with the JVM options of a runner. Blocks. */
final class Floor implements AutoCloseable {
    private final Process process;
    private final EngageConnection connection;

    private Floor(Process process, EngageConnection connection) {
        this.process = process;
        this.connection = connection;
    }

    static Floor start(Driver driver) {
        List<String> command = List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:+UseSerialGC",
                "-XX:NewRatio=3",
                "-Xmx128m",
                "-XX:MaxDirectMemorySize=128m",
                "-Dio.netty.allocator.type=pooled",
                "-Dio.netty.allocator.maxOrder=7",
                "-Dio.netty.jfr.enabled=false",
                "-cp",
                System.getProperty("java.class.path"),
                FloorServer.class.getName());
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String port = process.inputReader().readLine();
            if (port == null) {
                throw new IllegalStateException("the floor's server does not start");
            }
            return new Floor(process, driver.connection(RunnerProcess.HOST, Integer.parseInt(port)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    EngageConnection connection() {
        return connection;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
