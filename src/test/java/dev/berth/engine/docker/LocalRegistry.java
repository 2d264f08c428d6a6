package dev.berth.engine.docker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A registry of its own on a free port of the loopback, as a child process. */
final class LocalRegistry implements AutoCloseable {
    static final String USER = "me";
    static final String PASSWORD = "secret";

    /** Of the password above, as registries want it. */
    private static final String HASH = "$2b$04$uIj0xOYGvEyw4oudZLl5euNXs5vQRCDLIn5sh6K53G93cKBewAawi";

    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final Process process;
    private final int port;

    /** @param locked whether it asks for user and password */
    LocalRegistry(Path folder, boolean locked) throws IOException {
        port = freePort();
        Path config = folder.resolve("config.yml");
        Files.writeString(config, configuration(folder, locked));
        try {
            process = new ProcessBuilder("docker-registry", "serve", config.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("log").toFile())
                    .start();
        } catch (IOException e) {
            throw new AssertionError("these tests need a registry (package docker-registry): " + e.getMessage(), e);
        }
        awaitPort();
    }

    private String configuration(Path folder, boolean locked) throws IOException {
        StringBuilder text = new StringBuilder("version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: ")
                .append(folder.resolve("data"))
                .append("\nhttp:\n  addr: 127.0.0.1:")
                .append(port)
                .append('\n');
        if (locked) {
            Path passwords = Files.writeString(folder.resolve("htpasswd"), USER + ":" + HASH + "\n");
            text.append("auth:\n  htpasswd:\n    realm: test\n    path: ")
                    .append(passwords)
                    .append('\n');
        }
        return text.toString();
    }

    String host() {
        return "127.0.0.1:" + port;
    }

    int port() {
        return port;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void awaitPort() {
        long began = System.nanoTime();
        while (System.nanoTime() - began < LIMIT_NANOS && process.isAlive()) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                if (socket.isConnected()) {
                    return;
                }
            } catch (IOException e) {
                Thread.onSpinWait();
            }
        }
        throw new AssertionError("the registry does not listen on " + host());
    }

    @Override
    public void close() {
        process.destroy();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            throw new UncheckedIOException(new IOException(e));
        }
    }
}
