package dev.berth.bench;

import java.nio.file.Path;
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

    @Option(names = "--short", description = "a tenth of everything")
    boolean tenth;

    @Option(
            names = "--engine",
            defaultValue = "${env:BERTH_ENGINE:-}",
            description = "docker or process; else docker where one answers")
    String engine;

    @Option(names = "--parts", split = ",", description = "of bodies, calls, cancels; all of them unless given")
    Set<String> parts = Set.of("bodies", "calls", "cancels");

    @Option(names = "--seed", description = "of the random cancels; a new one unless given")
    long seed = ThreadLocalRandom.current().nextLong(Integer.MAX_VALUE);

    public static void main(String[] args) {
        System.exit(new CommandLine(new Soak()).execute(args));
    }

    @Override
    public Integer call() {
        Checks checks = new Checks();
        try (Driver driver = new Driver();
                Cleanup cleanup = new Cleanup()) {
            boolean containers = engine.isEmpty()
                    ? new EngineApi(driver.vertx(), EngineApi.defaultSocket()).answers()
                    : engine.equals("docker");
            RunnerProcess.Setup setup = new RunnerProcess.Setup(
                    containers ? "docker" : "process",
                    Path.of("src/examples").toAbsolutePath(),
                    // On a machine as busy as this run makes it, a function may take long to start.
                    Map.of("BERTH_XMX", HEAP, "BERTH_WORKER_START_TIMEOUT", "60s", "BERTH_NODE_REHEARSAL_CALLS", "0"));
            checks.say("engine " + setup.engine() + ", runner with -Xmx" + HEAP + ", seed " + seed);
            run(new SoakRun(driver, cleanup, setup, checks, Path.of("target/bench"), tenth ? 1 : 10));
        }
        checks.say(checks.toString());
        return checks.failures() == 0 ? 0 : 1;
    }

    private void run(SoakRun run) {
        part(run, "bodies", runner -> new SoakBodies(run, runner).run());
        part(run, "calls", runner -> new SoakCalls(run, runner).run());
        part(run, "cancels", runner -> new SoakCancels(run, runner, seed).run());
    }

    private void part(SoakRun run, String name, java.util.function.Consumer<RunnerProcess> part) {
        if (!parts.contains(name)) {
            return;
        }
        try {
            RunnerProcess runner = run.runner(name);
            part.accept(runner);
            run.cleanup().undoNow(runner);
        } catch (RuntimeException e) {
            run.checks().failed(name, e);
        }
    }
}
