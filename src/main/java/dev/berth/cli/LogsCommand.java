package dev.berth.cli;

import dev.berth.observe.Version;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.core.parsetools.RecordParser;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints what functions print. */
@Command(
        name = "logs",
        mixinStandardHelpOptions = true,
        version = "berth " + Version.NUMBER,
        description = {
            "Prints the last lines that functions of a runner have printed, and with -f what they print from now on.",
            "Each line has the time, the function's image, the end of its container's id, | or, for its standard error,"
                    + " !, and what was printed. It is not known without logs.live or logs.stream on the runner."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:all lines there were have been printed",
            "2:wrong options",
            "3:refused: output is not read there, or the token is not enough",
            "5:the operations port was not reached, or has gone"
        })
final class LogsCommand implements Callable<Integer> {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Duration NO_LIMIT = Duration.ofMillis(-1);
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneId.systemDefault());
    private static final int SHOWN_ID = 6;
    private static final String LINE = "event: line\ndata: ";
    private static final String DROPPED = "event: dropped\ndata: ";

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private OperationsOptions runner;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "FUNCTION",
            description = "Only of this function id, image, or container id; else of all.")
    private @Nullable String function;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on until it is interrupted. Lines that this reads too slowly are missed, and counted.")
    private boolean follow;

    @Option(names = "--json", description = "Print each line as JSON.")
    private boolean json;

    @Override
    public Integer call() {
        return runner.use(spec, this::print);
    }

    private int print(OperationsClient client) throws Exception {
        String path = "/api/logs?follow=" + follow
                + (function == null ? "" : "&function=" + URLEncoder.encode(function, StandardCharsets.UTF_8));
        HttpClientResponse response = Blocking.await(client.stream(path), LIMIT);
        Promise<Boolean> end = Promise.promise();
        RecordParser events = RecordParser.newDelimited("\n\n", event -> {
            if (!take(event)) {
                end.tryComplete(true);
            }
        });
        response.handler(events);
        response.exceptionHandler(end::tryFail);
        response.endHandler(over -> end.tryComplete(!follow));
        response.resume();
        if (Blocking.await(end.future(), NO_LIMIT)) {
            return ExitCode.OK;
        }
        complain(runner.address() + " has ended");
        return ExitCode.UNREACHABLE;
    }

    /** Waits for whoever reads, so that the runner learns of it; false when nobody does any more. */
    private boolean take(Buffer event) {
        PrintWriter out = spec.commandLine().getOut();
        String text = event.toString();
        if (text.startsWith(LINE)) {
            String data = text.substring(LINE.length());
            out.println(json ? data : line(new JsonObject(data)));
            return !out.checkError();
        }
        if (text.startsWith(DROPPED)) {
            complain(new JsonObject(text.substring(DROPPED.length())).getLong("lines") + " lines were missed");
        }
        return true;
    }

    private static String line(JsonObject line) {
        String container = line.getString("container");
        return TIME.format(Instant.ofEpochMilli(line.getLong("at"))) + " "
                + TerminalText.of(line.getString("image")) + " "
                + container.substring(Math.max(0, container.length() - SHOWN_ID)) + " "
                + (line.getString("source").equals("stderr") ? "! " : "| ")
                + TerminalText.of(line.getString("text"));
    }

    private void complain(String line) {
        PrintWriter err = spec.commandLine().getErr();
        err.println("berth: " + line);
        err.flush();
    }
}
