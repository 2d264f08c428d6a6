package dev.berth.cli;

import dev.berth.RunnerService;
import dev.berth.config.ConfigException;
import dev.berth.config.LoadedConfig;
import dev.berth.config.RunnerConfig;
import dev.berth.notify.Supervisor;
import dev.berth.observe.LogSetup;
import dev.berth.observe.Version;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs a runner until a signal asks it to stop. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        version = "berth " + Version.NUMBER,
        description = {
            "Runs a runner until SIGTERM or SIGINT.",
            "It then takes no new calls, finishes those in flight, removes its containers and exits. Calls that still"
                    + " run after node.drainTimeout, or at a second SIGTERM or SIGINT, are cut off; five seconds later"
                    + " it has ended.",
            "At SIGUSR2 it hands over: it does the same, but leaves its containers, frozen, to the next runner with the"
                    + " same worker.socketRoot. A JVM that was not started by scripts/berth or a package needs"
                    + " _JAVA_SR_SIGNUM=40 in its environment for that."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:stopped in good order: every call has ended by itself, nothing is left",
            "1:could not start; or calls were cut off, or something could not be removed; or the runner failed and"
                    + " has to be started again",
            "2:wrong options or settings"
        })
final class RunCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);
    private static final long START_PATIENCE_SECONDS = 4;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private SettingsOptions settings;

    @Option(
            names = "--rehearse",
            hidden = true,
            description =
                    "Start, rehearse, ask for the status, make a call that fails, and stop: what the build records the"
                            + " class archive from.")
    private boolean rehearse;

    @Override
    public Integer call() {
        // Reading the settings touches libraries that have much to say to a log that nobody has set up.
        LogSetup.quiet();
        LoadedConfig loaded;
        try {
            loaded = settings.load();
        } catch (ConfigException e) {
            e.problems().forEach(this::complain);
            return ExitCode.USAGE;
        }
        LogSetup.start(loaded.config().log());
        try {
            EffectiveSettings.log(loaded);
            return serve(loaded);
        } finally {
            LogSetup.stop();
        }
    }

    private int serve(LoadedConfig loaded) {
        Supervisor supervisor = Supervisor.of(System.getenv());
        try {
            return serve(loaded, supervisor);
        } finally {
            supervisor.close();
        }
    }

    private int serve(LoadedConfig loaded, Supervisor supervisor) {
        RunnerConfig config = loaded.config();
        StopSignals signals = StopSignals.install();
        RunnerService service;
        try {
            service = Blocking.await(started(loaded, signals));
        } catch (StoppedEarly e) {
            complain(e.getMessage() + "; the next start here removes what is left");
            signals.stopped();
            return ExitCode.FAILED;
        } catch (Exception e) {
            complain(StartFailure.ofStart(e, config));
            signals.stopped();
            return ExitCode.FAILED;
        }
        String ready = "listening on " + new RunnerAddress(config.grpc().host(), service.port()) + ", engine "
                + service.engineName();
        say("berth " + Version.NUMBER + " " + ready);
        if (config.worker().adopting().on() && !StopSignals.handOverIsFree(System.getenv())) {
            LOG.atInfo()
                    .addKeyValue("needs", StopSignals.JVM_SIGNAL + "=40, as scripts/berth has it")
                    .log(
                            "SIGUSR2 is ignored, and recordings of the JVM see no code: `berth drain --handover` hands over");
        }
        supervisor.ready(ready, service::whenLoopsTurn);
        try {
            if (rehearse) {
                rehearse(service);
            } else {
                CompletableFuture.anyOf(
                                signals.first(),
                                service.drainAsked().toCompletionStage().toCompletableFuture(),
                                service.failed().toCompletionStage().toCompletableFuture())
                        .join();
            }
            supervisor.stopping("draining");
            return stop(service, signals);
        } finally {
            signals.stopped();
        }
    }

    /**
     * A start that is asked to stop is soon no longer waited for, and at once if it is asked again: the engine may hang.
     * What it has left the next one removes.
     */
    private static Future<RunnerService> started(LoadedConfig loaded, StopSignals signals) {
        Promise<RunnerService> started = Promise.promise();
        signals.onFirst(() -> CompletableFuture.delayedExecutor(START_PATIENCE_SECONDS, TimeUnit.SECONDS)
                .execute(() -> started.tryFail(new StoppedEarly(
                        "asked to stop, and had not started " + START_PATIENCE_SECONDS + " s later"))));
        signals.onSecond(() -> started.tryFail(new StoppedEarly("asked to stop again before it had started")));
        RunnerService.start(loaded, Version.NUMBER)
                .onSuccess(started::tryComplete)
                .onFailure(started::tryFail);
        return started.future();
    }

    private int stop(RunnerService service, StopSignals signals) {
        Future<RunnerService.StopReport> stopped =
                StopSignals.HAND_OVER.equals(signals.first().getNow("")) ? service.handOver() : service.drain();
        signals.onSecond(service::cutOff);
        try {
            RunnerService.StopReport report = Blocking.await(stopped);
            StopText.of(report).forEach(this::complain);
            if (service.failed().isComplete()) {
                complain("stopped because of a failure that the log tells of; start it again");
                return ExitCode.FAILED;
            }
            return report.orderly() ? ExitCode.OK : ExitCode.FAILED;
        } catch (Exception e) {
            complain("not stopped in good order: " + FailureText.withKind(e));
            return ExitCode.FAILED;
        }
    }

    /** Asked to stop before it has started. */
    private static final class StoppedEarly extends Exception {
        private static final long serialVersionUID = 1L;

        StoppedEarly(String how) {
            super(how, null, false, false);
        }
    }

    /** Loads the classes that the first calls need. What the commands say, and how they end, is of no interest. */
    private static void rehearse(RunnerService service) {
        service.rehearsed().toCompletionStage().toCompletableFuture().join();
        service.rehearseOperations().toCompletionStage().toCompletableFuture().join();
        String runner = "127.0.0.1:" + service.port();
        BerthCommand.execute("status", runner);
        BerthCommand.execute("call", runner, "rehearsal/no-such-function", "--body", "x");
    }

    private void say(String line) {
        spec.commandLine().getOut().println(line);
        spec.commandLine().getOut().flush();
    }

    private void complain(String line) {
        spec.commandLine().getErr().println("berth: " + line);
        spec.commandLine().getErr().flush();
    }
}
