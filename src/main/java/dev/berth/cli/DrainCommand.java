package dev.berth.cli;

import dev.berth.observe.Version;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Stops a runner in good order. */
@Command(
        name = "drain",
        mixinStandardHelpOptions = true,
        version = "berth " + Version.NUMBER,
        description = {
            "Has a runner stop in good order, as a signal does: it takes no more calls, lets those that run end, removes"
                    + " its containers and ends.",
            "Tells what that would do, and asks."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:it drains; with --wait: it has ended",
            "1:the answer was not yes",
            "2:wrong options",
            "3:refused: it drains already, or the token is not an operator's",
            "5:the operations port was not reached"
        })
final class DrainCommand implements Callable<Integer> {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final String DRAIN = "/api/node/drain";
    private static final long LOOK_MILLIS = 500;
    /** Answers in a row that do not come, before a runner is taken for ended. */
    private static final int GONE_AFTER = 2;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private OperationsOptions runner;

    @Option(names = "--wait", description = "Return when the runner has ended; tells how many calls are left.")
    private boolean wait;

    @Option(
            names = "--handover",
            description = "Leave its containers, frozen, to the next runner of this machine instead of removing them.")
    private boolean handOver;

    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    @Override
    public Integer call() {
        return runner.use(spec, this::drain);
    }

    private int drain(OperationsClient client) throws Exception {
        // Not a word of it unless it is wanted: an older runner takes no parameter that it does not know.
        String how = handOver ? "?handover=true" : "";
        JsonObject asked = Blocking.await(client.post(DRAIN + how), LIMIT);
        say(TerminalText.of(asked.getString("effect")));
        if (!yes && !agreed()) {
            complain("nothing has been done; --yes does it without asking");
            return ExitCode.FAILED;
        }
        String nonce = (handOver ? "&" : "?") + "nonce=" + asked.getString("nonce");
        Blocking.await(client.post(DRAIN + how + nonce), LIMIT);
        say("draining");
        if (wait) {
            awaitEnd(client);
        }
        return ExitCode.OK;
    }

    private boolean agreed() throws IOException {
        spec.commandLine().getOut().print("Drain " + runner.address() + "? [y/N] ");
        spec.commandLine().getOut().flush();
        String answer = new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset())).readLine();
        return answer != null
                && (answer.strip().equalsIgnoreCase("y") || answer.strip().equalsIgnoreCase("yes"));
    }

    private void awaitEnd(OperationsClient client) throws Exception {
        int silent = 0;
        long told = -1;
        while (silent < GONE_AFTER) {
            try {
                long active = Blocking.await(client.get("/api/node"), LIMIT).getLong("callsActive");
                silent = 0;
                if (active != told) {
                    told = active;
                    say(active + (active == 1 ? " call is left" : " calls are left"));
                }
            } catch (InterruptedException stopped) {
                throw stopped;
            } catch (OperationsClient.Refused closing) {
                silent = 0;
            } catch (Exception gone) {
                silent++;
            }
            Blocking.await(client.pause(LOOK_MILLIS), LIMIT);
        }
        say("ended");
    }

    private void say(String line) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(line);
        out.flush();
    }

    private void complain(String line) {
        PrintWriter err = spec.commandLine().getErr();
        err.println("berth: " + line);
        err.flush();
    }
}
