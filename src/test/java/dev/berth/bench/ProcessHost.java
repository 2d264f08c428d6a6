package dev.berth.bench;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Functions as plain child processes. */
final class ProcessHost implements FunctionHost {
    private static final YAMLMapper YAML = new YAMLMapper();
    private static final double NANOS_PER_MILLI = 1e6;

    private final Path catalogue;

    ProcessHost(Path catalogue) {
        this.catalogue = catalogue;
    }

    @Override
    public BareFunction start(String function) {
        SocketFolder folder = SocketFolder.make();
        List<String> command = command(function);
        long start = System.nanoTime();
        Process process = launch(catalogue.resolve(function), command, folder);
        try {
            folder.await();
        } catch (RuntimeException e) {
            stop(process, folder);
            throw e;
        }
        double millis = (System.nanoTime() - start) / NANOS_PER_MILLI;
        return new BareFunction(folder.socket(), millis, () -> stop(process, folder));
    }

    private List<String> command(String function) {
        try {
            List<String> words = new ArrayList<>();
            YAML.readTree(catalogue.resolve(function).resolve("func.yaml").toFile())
                    .path("cmd")
                    .forEach(word -> words.add(word.asText()));
            return words;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Process launch(Path home, List<String> command, SocketFolder folder) {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(home.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("FN_FORMAT", "http-stream");
        builder.environment().put("FN_LISTENER", "unix:" + folder.socket());
        try {
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void stop(Process process, SocketFolder folder) {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
            folder.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String kind() {
        return "process";
    }

    @Override
    public String description() {
        return "child processes, without isolation";
    }
}
