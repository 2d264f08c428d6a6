package dev.berth.cli;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.util.JsonFormat;
import dev.berth.observe.LogSetup;
import dev.berth.observe.Version;
import dev.berth.proto.RunnerStatus;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Prints a runner's status. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        version = "berth " + Version.NUMBER,
        description = "Prints what a runner says of itself.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:the runner answered, and is well",
            "1:the runner answered that its health check failed",
            "2:wrong options",
            "5:the runner was not reached, or ended the call with a gRPC status"
        })
final class StatusCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private RunnerArgument runner;

    @Option(names = "--json", description = "Print JSON, all fields, as protobuf's JSON mapping has it.")
    private boolean json;

    @Option(names = "--cluster", description = "Tell of all nodes of the cluster, as this runner knows them.")
    private boolean cluster;

    @Option(names = "--status2", paramLabel = "JSON", description = "Ask by Status2, with this object.")
    private @Nullable String request;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "70",
            description =
                    "How long to wait for the answer; default ${DEFAULT-VALUE}, since a health check may take 60.")
    private long timeout;

    @Override
    public Integer call() {
        LogSetup.quiet();
        if (runner.problem() != null) {
            throw new ParameterException(spec.commandLine(), runner.problem());
        }
        Struct message = parse();
        Vertx vertx = ConnectionOptions.vertx();
        PrintWriter err = spec.commandLine().getErr();
        try {
            RunnerStatus status = Blocking.await(ask(client(vertx), message), Duration.ofSeconds(timeout));
            PrintWriter out = spec.commandLine().getOut();
            out.println(json ? toJson(status) : TerminalText.lines(StatusReport.of(status)));
            if (cluster && !json) {
                out.println(TerminalText.lines(ClusterText.of(status)));
            }
            out.flush();
            return status.getFailed() ? ExitCode.FAILED : ExitCode.OK;
        } catch (TimeoutException e) {
            err.println("DEADLINE_EXCEEDED no answer within " + timeout + " s");
        } catch (Exception e) {
            err.println(FailureText.line(e));
        } finally {
            vertx.close();
        }
        err.flush();
        return ExitCode.UNREACHABLE;
    }

    private EngageClient client(Vertx vertx) {
        EngageClient client = runner.client(vertx);
        return cluster ? client.withCluster() : client;
    }

    private static Future<RunnerStatus> ask(EngageClient client, @Nullable Struct message) {
        return message == null ? client.status() : client.status(message);
    }

    private @Nullable Struct parse() {
        if (request == null) {
            return null;
        }
        try {
            Struct.Builder message = Struct.newBuilder();
            JsonFormat.parser().merge(request, message);
            return message.build();
        } catch (InvalidProtocolBufferException e) {
            throw new ParameterException(spec.commandLine(), "--status2 must be a JSON object: " + e.getMessage());
        }
    }

    private static String toJson(RunnerStatus status) throws InvalidProtocolBufferException {
        return JsonFormat.printer().alwaysPrintFieldsWithNoPresence().print(status);
    }
}
