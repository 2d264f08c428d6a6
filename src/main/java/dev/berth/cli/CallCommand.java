package dev.berth.cli;

import dev.berth.observe.LogSetup;
import dev.berth.observe.Version;
import io.vertx.core.Vertx;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes one call and writes the function's answer to stdout as it arrives. */
@Command(
        name = "call",
        mixinStandardHelpOptions = true,
        version = "berth " + Version.NUMBER,
        sortOptions = false,
        description = {
            "Calls a function through a runner, as a load balancer would.",
            "The body of the answer goes to stdout as it arrives; an error goes to stderr as one line, its code first."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:the call succeeded",
            "1:the call failed, and the function or the call itself is to blame",
            "2:wrong options",
            "3:refused for now (503): it has not run, and may succeed elsewhere or later",
            "4:out of time (504)",
            "5:the runner was not reached, or ended the stream with a gRPC status",
            "6:the call failed, and the runner is to blame",
            "7:the body could not be read, or the answer not be written",
            "130:interrupted; the call was cancelled"
        })
final class CallCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private ClientOptions runner;

    @Parameters(index = "1", paramLabel = "IMAGE", description = "The function's image.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String image;

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CallOptions options;

    @Option(
            names = {"-i", "--include"},
            description = "Write status and headers before the body.")
    private boolean include;

    @Option(
            names = {"-v", "--verbose"},
            description = "Tell on stderr how long everything took.")
    private boolean verbose;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Write to a file instead of stdout.")
    private @Nullable Path output;

    @Override
    public Integer call() {
        LogSetup.quiet();
        String problem = runner.problem() == null ? options.problem() : runner.problem();
        if (problem != null) {
            throw new ParameterException(spec.commandLine(), problem);
        }
        Vertx vertx = ConnectionOptions.vertx();
        try (InputStream body = openBody();
                OutputStream answer = openAnswer()) {
            CallRun run = new CallRun(vertx, options, body, answer, include, verbose);
            return run.execute(
                    runner.client(vertx),
                    options.document(image).toTryCall(),
                    spec.commandLine().getErr());
        } catch (IOException e) {
            spec.commandLine().getErr().println("berth: " + FailureText.withKind(e));
            return ExitCode.LOCAL_IO;
        } finally {
            vertx.close();
        }
    }

    private InputStream openBody() throws IOException {
        Path file = options.bodyFile();
        if (file == null) {
            return InputStream.nullInputStream();
        }
        return file.toString().equals("-") ? new StandardInput() : Files.newInputStream(file);
    }

    private OutputStream openAnswer() throws IOException {
        return output == null ? new StandardOutput() : Files.newOutputStream(output);
    }

    /** Stays open for the rest of the process. */
    private static final class StandardInput extends FilterInputStream {
        StandardInput() {
            super(System.in);
        }

        @Override
        public void close() {
            // Not ours.
        }
    }

    /** Not System.out, which keeps failures to itself. Stays open for the rest of the process. */
    private static final class StandardOutput extends FileOutputStream {
        StandardOutput() {
            super(FileDescriptor.out);
        }

        @Override
        public void close() {
            // Not ours.
        }
    }
}
