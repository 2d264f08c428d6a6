package dev.berth.bench;

import dev.berth.bench.Report.Aim;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures a runner beside its own lower bounds and prints one table. Run from the repository's top folder. */
@Command(name = "scripts/bench", mixinStandardHelpOptions = true, description = "Benchmark of the whole runner.")
final class Bench implements Callable<Integer> {
    private static final Set<String> ALL =
            Set.of("start", "first", "cold", "places", "woken", "waiting", "hot", "bodies");

    @Option(
            names = "--engine",
            defaultValue = "${env:BERTH_ENGINE:-}",
            description = "docker or process; else docker where one answers")
    String engine;

    @Option(names = "--quick", description = "fewer and shorter rounds: to find a bottleneck, not for figures")
    boolean quick;

    @Option(
            names = "--parts",
            split = ",",
            description = "of start, first, cold, places, woken, waiting, hot, bodies; all of them unless given")
    @Nullable
    Set<String> chosen;

    @Option(
            names = "--against",
            paramLabel = "JAR",
            description = "measure this checkout's jar beside another one, in turns: start, first, woken, hot, bodies")
    @Nullable
    Path against;

    @Option(
            names = "--cluster",
            description = "measure nodes of a cluster on the process engine instead; its parts are start, hot, bodies,"
                    + " slow, warm, faults")
    boolean cluster;

    @Option(names = "--event-loops", split = ",", description = "measure again with so many event loops of the runner")
    List<Integer> eventLoops = List.of();

    @Option(names = "--set", description = "NAME=VALUE in the runner's environment")
    Map<String, String> environment = Map.of();

    private Set<String> parts = ALL;

    public static void main(String[] args) {
        System.exit(new CommandLine(new Bench()).execute(args));
    }

    @Override
    public Integer call() {
        parts = chosen == null ? ALL : chosen;
        try (Driver driver = new Driver();
                Cleanup cleanup = new Cleanup()) {
            Path catalogue = Path.of("src/examples").toAbsolutePath();
            FunctionHost host = host(driver, catalogue);
            BenchRun.Pace pace = pace();
            RunnerProcess.Setup setup = new RunnerProcess.Setup(host.kind(), catalogue, environment);
            Report report = against == null
                    ? new Report("beside", "through the runner")
                    : new Report(against.toString(), "this checkout's");
            if (cluster) {
                report = new Report("on the node itself", "on another node");
            }
            Conditions.add(report, host, pace, setup);
            BenchRun run = new BenchRun(driver, host, cleanup, setup, pace, report, Path.of("target/bench"));
            if (cluster) {
                new ClusterBench(run).measure(chosen == null ? ClusterBench.PARTS : chosen);
            } else if (against == null) {
                measure(run);
            } else {
                new Versus(run, against, parts).measure();
            }
            report.condition("load of the machine at the end", Conditions.load());
            System.out.println(report.markdown());
            return report.failed() ? 1 : 0;
        }
    }

    private BenchRun.Pace pace() {
        if (!quick) {
            return BenchRun.Pace.FULL;
        }
        return cluster ? BenchRun.Pace.QUICK_CLUSTER : BenchRun.Pace.QUICK;
    }

    private FunctionHost host(Driver driver, Path catalogue) {
        EngineApi api = new EngineApi(driver.vertx(), EngineApi.defaultSocket());
        boolean containers = !cluster && engine.isEmpty() ? api.answers() : engine.equals("docker");
        return containers ? new ContainerHost(api) : new ProcessHost(catalogue);
    }

    private void measure(BenchRun run) {
        boolean docker = run.setup().engine().equals("docker");
        measure(run, "start", () -> new StartUps(run).measure());
        measure(run, "first", () -> new FirstCalls(run).measure());
        measure(run, "cold", () -> new ColdStarts(run).measure());
        if (docker) {
            measure(run, "places", () -> new ColdStarts(run).measurePlaces());
            measure(run, "woken", () -> new WokenCalls(run).measure());
        }
        measure(run, "waiting", () -> new WaitingCalls(run).measure());
        if (parts.contains("hot") || parts.contains("bodies")) {
            run.part("load", () -> measureLoad(run));
        }
    }

    private void measure(BenchRun run, String part, Runnable code) {
        if (parts.contains(part)) {
            run.part(part, code);
        }
    }

    private void measureLoad(BenchRun run) {
        HotCalls hot = new HotCalls(run);
        measure(run, "hot", hot::startFunctions);
        LargeBodies bodies = new LargeBodies(run);
        List<String> variants = new ArrayList<>(List.of(""));
        eventLoops.forEach(count -> variants.add(count.toString()));
        for (String loops : variants) {
            RunnerProcess.Setup setup =
                    loops.isEmpty() ? run.setup() : run.setup().with("BERTH_NODE_EVENT_LOOPS", loops);
            String label = loops.isEmpty() ? "" : " (event loops: " + loops + ")";
            RunnerProcess runner = run.runner(setup, "load" + loops);
            measure(run, "hot", () -> hot.measure(runner, label));
            measure(run, "bodies", () -> bodies.measure(runner, label));
            run.report()
                    .figure(
                            "resident memory, most under this load" + label,
                            runner.figures().peakMiB(),
                            " MiB",
                            Aim.atMost(230, " MiB"));
            run.report().figure("containers after it" + label, runner.containers(), "");
            run.cleanup().undoNow(runner);
        }
    }
}
