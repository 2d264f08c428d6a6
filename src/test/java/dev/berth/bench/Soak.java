package dev.berth.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The endurance run: fails when a runner leaks, loses or stalls. Run from the repository's top folder. */
@Command(name = "scripts/soak", mixinStandardHelpOptions = true, description = "Endurance run of the whole runner.")
final class Soak implements Callable<Integer> {
    private static final String HEAP = "128m";
    /** Of ten times as many functions. */
    private static final String ROOM = "768MiB";

    private static final Duration SHORT = Duration.ofSeconds(20);

    @Option(names = "--short", description = "a tenth of everything")
    boolean tenth;

    @Option(
            names = "--engine",
            defaultValue = "${env:BERTH_ENGINE:-}",
            description = "docker or process; else docker where one answers")
    String engine;

    @Option(names = "--parts", split = ",", description = "of bodies, calls, cancels, chaos; all of them unless given")
    Set<String> parts = Set.of("bodies", "calls", "cancels", "chaos");

    @Option(
            names = "--chaos",
            arity = "0..1",
            fallbackValue = "10",
            paramLabel = "MINUTES",
            description = "only the functions and clients of all kinds, for 10 minutes unless given")
    int chaosMinutes;

    @Option(names = "--seed", description = "of all that is random; a new one unless given")
    long seed = ThreadLocalRandom.current().nextLong(Integer.MAX_VALUE);

    public static void main(String[] args) {
        System.exit(new CommandLine(new Soak()).execute(args));
    }

    @Override
    public Integer call() {
        Checks checks = new Checks();
        try (Driver driver = new Driver();
                Cleanup cleanup = new Cleanup()) {
            EngineApi api = new EngineApi(driver.vertx(), EngineApi.defaultSocket());
            boolean containers = engine.isEmpty() ? api.answers() : engine.equals("docker");
            RunnerProcess.Setup setup = new RunnerProcess.Setup(
                    containers ? "docker" : "process",
                    Path.of("src/examples").toAbsolutePath(),
                    // On a machine as busy as this run makes it, a function may take long to start.
                    Map.of("BERTH_XMX", HEAP, "BERTH_WORKER_START_TIMEOUT", "60s", "BERTH_NODE_REHEARSAL_CALLS", "0"));
            checks.say("engine " + setup.engine() + ", runner with -Xmx" + HEAP + ", seed " + seed);
            SoakRun run = new SoakRun(driver, cleanup, setup, checks, Path.of("target/bench"), tenth ? 1 : 10);
            if (chaosMinutes == 0) {
                run(run);
            }
            if (chaosMinutes > 0 || parts.contains("chaos")) {
                chaos(run, cleanup.add(new Holder(api, containers)));
            }
        }
        checks.say(checks.toString());
        return checks.failures() == 0 ? 0 : 1;
    }

    private void run(SoakRun run) {
        part(run, "bodies", runner -> new SoakBodies(run, runner).run());
        part(run, "calls", runner -> new SoakCalls(run, runner).run());
        part(run, "cancels", runner -> new SoakCancels(run, runner, seed).run());
    }

    private void chaos(SoakRun run, Holder holder) {
        Duration duration = Duration.ofMinutes(chaosMinutes > 0 ? chaosMinutes : 10);
        RunnerProcess.Setup limited = run.setup()
                .with("BERTH_REGISTRY_MAX_MEMORY", ROOM)
                .with("BERTH_WORKER_SOCKET_ROOT", holder.root().toString());
        try {
            RunnerProcess runner = run.with(limited).runner("chaos");
            new SoakChaos(run, runner, holder, seed).run(tenth ? SHORT : duration);
            run.cleanup().undoNow(runner);
            holder.checkNothing(run.checks(), "after the runner");
        } catch (RuntimeException e) {
            run.checks().failed("chaos", e);
        }
    }

    private void part(SoakRun run, String name, java.util.function.Consumer<RunnerProcess> part) {
        if (!parts.contains(name)) {
            return;
        }
        // A container for each call at once: else how many there are depends on how the machine fares meanwhile.
        RunnerProcess.Setup wide = run.setup().with("BERTH_REGISTRY_WAIT", "false");
        try {
            RunnerProcess runner = run.with(wide).runner(name);
            part.accept(runner);
            run.cleanup().undoNow(runner);
        } catch (RuntimeException e) {
            run.checks().failed(name, e);
        }
    }
}
