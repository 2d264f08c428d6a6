package dev.berth.bench;

import dev.berth.bench.Report.Aim;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures a runner beside its own lower bounds and prints one table. Run from the repository's top folder. */
@Command(name = "scripts/bench", mixinStandardHelpOptions = true, description = "Benchmark of the whole runner.")
final class Bench implements Callable<Integer> {
    @Option(
            names = "--engine",
            defaultValue = "${env:BERTH_ENGINE:-}",
            description = "docker or process; else docker where one answers")
    String engine;

    @Option(names = "--quick", description = "fewer and shorter rounds: to find a bottleneck, not for figures")
    boolean quick;

    @Option(names = "--parts", split = ",", description = "of hot, bodies, cold, start; all of them unless given")
    Set<String> parts = Set.of("hot", "bodies", "cold", "start");

    @Option(names = "--event-loops", split = ",", description = "measure again with so many event loops of the runner")
    List<Integer> eventLoops = List.of();

    @Option(names = "--set", description = "NAME=VALUE in the runner's environment")
    Map<String, String> environment = Map.of();

    public static void main(String[] args) {
        System.exit(new CommandLine(new Bench()).execute(args));
    }

    @Override
    public Integer call() {
        try (Driver driver = new Driver();
                Cleanup cleanup = new Cleanup()) {
            Path catalogue = Path.of("src/examples").toAbsolutePath();
            FunctionHost host = host(driver, catalogue);
            BenchRun.Pace pace = quick ? BenchRun.Pace.QUICK : BenchRun.Pace.FULL;
            RunnerProcess.Setup setup = new RunnerProcess.Setup(host.kind(), catalogue, environment);
            Report report = new Report();
            Conditions.add(report, host, pace, setup);
            measure(new BenchRun(driver, host, cleanup, setup, pace, report, Path.of("target/bench")));
            System.out.println(report.markdown());
            return report.failed() ? 1 : 0;
        }
    }

    private FunctionHost host(Driver driver, Path catalogue) {
        EngineApi api = new EngineApi(driver.vertx(), EngineApi.defaultSocket());
        boolean containers = engine.isEmpty() ? api.answers() : engine.equals("docker");
        return containers ? new ContainerHost(api) : new ProcessHost(catalogue);
    }

    private void measure(BenchRun run) {
        if (parts.contains("start")) {
            new StartUps(run).measure();
        }
        if (parts.contains("cold")) {
            new ColdStarts(run).measure();
        }
        if (parts.contains("hot") || parts.contains("bodies")) {
            measureLoad(run);
        }
    }

    private void measureLoad(BenchRun run) {
        HotCalls hot = new HotCalls(run);
        if (parts.contains("hot")) {
            hot.startFunctions();
        }
        LargeBodies bodies = new LargeBodies(run);
        List<String> variants = new ArrayList<>(List.of(""));
        eventLoops.forEach(count -> variants.add(count.toString()));
        for (String loops : variants) {
            RunnerProcess.Setup setup =
                    loops.isEmpty() ? run.setup() : run.setup().with("BERTH_NODE_EVENT_LOOPS", loops);
            String label = loops.isEmpty() ? "" : " (event loops: " + loops + ")";
            RunnerProcess runner = run.runner(setup, "load" + loops);
            if (parts.contains("hot")) {
                hot.measure(runner, label);
            }
            if (parts.contains("bodies")) {
                bodies.measure(runner, label);
            }
            run.report()
                    .figure(
                            "resident memory, most under this load" + label,
                            runner.figures().peakMiB(),
                            " MiB",
                            Aim.atMost(250, " MiB"));
            run.report().figure("containers after it" + label, runner.containers(), "");
            run.cleanup().undoNow(runner);
        }
    }
}
