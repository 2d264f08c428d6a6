package dev.berth.history;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes down what a client sends and sees, in the form that {@link HistoryChecker} reads. For all of its threads. */
final class HistoryWriter implements AutoCloseable {
    enum Outcome {
        SUCCESS,
        NACK,
        ERROR
    }

    private final Writer out;
    private final long begun = System.nanoTime();

    HistoryWriter(Path file) throws IOException {
        out = Files.newBufferedWriter(file);
    }

    void call(String id, long dueInMillis) {
        long now = millis();
        write("call " + id + " " + now + " " + (now + dueInMillis));
    }

    void end(String id, Outcome outcome) {
        write("end " + id + " " + outcome.name().toLowerCase(java.util.Locale.ROOT) + " " + millis());
    }

    private long millis() {
        return (System.nanoTime() - begun) / 1_000_000;
    }

    private synchronized void write(String line) {
        try {
            out.write(line + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public synchronized void close() throws IOException {
        out.close();
    }
}
