package dev.berth.cli;

import dev.berth.observe.LogSetup;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Which runner's operations port a command talks to, and how. */
final class OperationsOptions extends ConnectionOptions {
    @Option(
            names = "--at",
            paramLabel = "HOST:PORT",
            converter = RunnerAddress.OperationsConverter.class,
            defaultValue = "localhost",
            description = "The operations port; default ${DEFAULT-VALUE}, port 9191 where none is given.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private RunnerAddress address;

    @Option(names = "--token-file", paramLabel = "FILE", description = "File that holds the token the port wants.")
    private @Nullable Path tokenFile;

    @Override
    RunnerAddress address() {
        return address;
    }

    /** What a command does with the port; returns the exit code. */
    interface Task {
        int with(OperationsClient client) throws Exception;
    }

    /** Does it, and says in one line why it could not be done. Throws ParameterException for options that make no sense. */
    int use(CommandSpec spec, Task task) {
        LogSetup.quiet();
        if (problem() != null) {
            throw new ParameterException(spec.commandLine(), problem());
        }
        String token = token(spec);
        PrintWriter err = spec.commandLine().getErr();
        Vertx vertx = ConnectionOptions.vertx();
        try {
            return task.with(new OperationsClient(vertx, address, clientTls(), token));
        } catch (OperationsClient.Refused e) {
            err.println(TerminalText.of("berth: " + e.getMessage()));
            return ExitCode.REFUSED;
        } catch (TimeoutException e) {
            err.println("berth: " + address + ": no answer in time");
        } catch (Exception e) {
            err.println(TerminalText.of("berth: " + address + ": " + FailureText.withKind(e)));
        } finally {
            err.flush();
            vertx.close();
        }
        return ExitCode.UNREACHABLE;
    }

    private @Nullable String token(CommandSpec spec) {
        if (tokenFile == null) {
            return null;
        }
        try {
            return Files.readString(tokenFile, StandardCharsets.ISO_8859_1).strip();
        } catch (IOException e) {
            throw new ParameterException(
                    spec.commandLine(), "--token-file " + tokenFile + ": " + FailureText.withKind(e));
        }
    }
}
