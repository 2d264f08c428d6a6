package dev.berth.cli;

import dev.berth.observe.LogSetup;
import dev.berth.observe.Version;
import dev.berth.proto.RunnerStatus;
import dev.berth.proto.WhyAnswer;
import dev.berth.proto.WhyRecord;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints why a call went as it did. */
@Command(
        name = "why",
        mixinStandardHelpOptions = true,
        version = "berth " + Version.NUMBER,
        description =
                "Tells why a call went as it did: why it was slow, refused or failed. In a cluster any node can be"
                        + " asked.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:the call is known",
            "2:wrong options",
            "5:the runner was not reached, cannot tell, or ended the call with a gRPC status",
            "8:nothing is known of the call"
        })
final class WhyCommand implements Callable<Integer> {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "CALL_ID", description = "The call's id.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String callId;

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private RunnerOption runner;

    @Option(names = "--json", description = "Print JSON: every fact that is known.")
    private boolean json;

    @Override
    public Integer call() {
        LogSetup.quiet();
        if (runner.problem() != null) {
            throw new ParameterException(spec.commandLine(), runner.problem());
        }
        Vertx vertx = ConnectionOptions.vertx();
        PrintWriter err = spec.commandLine().getErr();
        try {
            RunnerStatus status = Blocking.await(runner.client(vertx).why(callId), LIMIT);
            if (status.hasWhy()) {
                return tell(status.getWhy());
            }
            err.println("berth: the runner at " + runner.address() + " is too old to tell");
        } catch (TimeoutException e) {
            err.println("DEADLINE_EXCEEDED no answer within " + LIMIT.toSeconds() + " s");
        } catch (Exception e) {
            err.println(FailureText.line(e));
        } finally {
            vertx.close();
        }
        err.flush();
        return ExitCode.UNREACHABLE;
    }

    private int tell(WhyAnswer answer) {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        if (json) {
            out.println(toJson(answer).encodePrettily());
        } else {
            answer.getToldList().forEach(told -> out.println(TerminalText.lines(told.getText())));
            if (answer.getToldCount() == 0) {
                err.println(TerminalText.of(callId + " " + answer.getMiss()));
            }
            if (answer.getSilentCount() > 0) {
                err.println(TerminalText.of("no answer from " + String.join(", ", answer.getSilentList())));
            }
        }
        out.flush();
        err.flush();
        return answer.getToldCount() > 0 ? ExitCode.OK : ExitCode.NOT_FOUND;
    }

    private JsonObject toJson(WhyAnswer answer) {
        JsonArray records = new JsonArray();
        for (WhyRecord told : answer.getToldList()) {
            records.add(new JsonObject(told.getJson()));
        }
        JsonObject all = new JsonObject().put("id", callId).put("records", records);
        if (answer.getSilentCount() > 0) {
            all.put("silent", new JsonArray(answer.getSilentList()));
        }
        if (!answer.getMiss().isEmpty()) {
            all.put("miss", answer.getMiss());
        }
        return all;
    }
}
