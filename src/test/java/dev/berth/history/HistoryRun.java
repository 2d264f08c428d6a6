package dev.berth.history;

import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Three nodes as processes of their own, calls sent to all of them while nodes are killed, stand still and are told to
 * stop; then judges the history, and looks whether all that calls held is free again. Run from the repository's top
 * folder.
 */
@Command(
        name = "scripts/history",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Calls to a cluster of three processes under random faults: none runs twice, each ends once.")
final class HistoryRun implements Callable<Integer> {
    private static final int NODES = 3;
    private static final int SENDERS_OF_A_NODE = 8;
    private static final int CALLS_OF_A_FAULT = 500;
    private static final int SHOWN = 20;

    @Parameters(arity = "0..1", defaultValue = "10000", paramLabel = "N", description = "calls at least; default 10000")
    int calls;

    @Option(names = "--faults", description = "how many; one in 500 calls unless given")
    int faults = -1;

    @Option(names = "--seed", description = "of the faults and the kinds of calls; a new one unless given")
    long seed = ThreadLocalRandom.current().nextLong(Integer.MAX_VALUE);

    @Option(names = "--folder", defaultValue = "target/history", description = "where the history is written")
    Path folder;

    public static void main(String[] args) {
        System.exit(new CommandLine(new HistoryRun()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        int faultCount = faults >= 0 ? faults : Math.max(1, calls / CALLS_OF_A_FAULT);
        say(calls + " calls, " + faultCount + " faults, seed " + seed);
        Path history = empty(folder.toAbsolutePath());
        Path executions = Files.createFile(history.resolve("executions"));
        Path client = history.resolve("client");
        Vertx vertx = Vertx.vertx();
        List<HistoryNode> nodes = new ArrayList<>();
        // Sockets have short paths.
        Path processes = Files.createTempDirectory("berth-history");
        List<String> problems = new ArrayList<>();
        try {
            for (int i = 0; i < NODES; i++) {
                nodes.add(new HistoryNode(vertx, processes, "node-" + i, i == 0 ? "256MiB" : "1GiB"));
            }
            for (HistoryNode node : nodes) {
                node.start(nodes);
            }
            problems.addAll(run(nodes, executions, client, faultCount));
            problems.addAll(AtRest.check(nodes));
            problems.addAll(AtRest.stop(nodes, processes));
        } finally {
            nodes.forEach(HistoryNode::close);
            vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
            keepLogs(processes, history);
        }
        HistoryChecker.Verdict verdict = HistoryChecker.check(
                Files.readAllLines(executions), Files.readAllLines(client), HistoryCalls.BOUND_MILLIS);
        problems.addAll(verdict.problems());
        say("calls by outcome: " + verdict.counts());
        problems.stream().limit(SHOWN).forEach(problem -> say("WRONG " + problem));
        say(problems.isEmpty() ? "nothing ran twice, nothing is lost" : problems.size() + " wrong; see " + history);
        return problems.isEmpty() ? 0 : 1;
    }

    private List<String> run(List<HistoryNode> nodes, Path executions, Path client, int faultCount) throws Exception {
        long begun = System.nanoTime();
        HistoryFaults disturber = new HistoryFaults(nodes, faultCount, seed);
        try (HistoryWriter writer = new HistoryWriter(client)) {
            HistoryCalls sender = new HistoryCalls(executions, writer);
            List<Thread> senders = new ArrayList<>();
            for (int i = 0; i < NODES * SENDERS_OF_A_NODE; i++) {
                senders.add(sender.send(nodes.get(i % NODES), seed + i));
            }
            for (Thread thread : disturber.begin()) {
                thread.join();
            }
            while (sender.answered() < calls && disturber.problems().isEmpty()) {
                TimeUnit.MILLISECONDS.sleep(100);
            }
            sender.stop();
            for (Thread thread : senders) {
                thread.join();
            }
            say("errors " + sender.errors());
        }
        say("faults " + disturber.done() + ", " + (System.nanoTime() - begun) / 1_000_000_000 + " s");
        return disturber.problems();
    }

    private static Path empty(Path folder) throws Exception {
        if (Files.exists(folder)) {
            remove(folder);
        }
        return Files.createDirectories(folder);
    }

    private static void keepLogs(Path processes, Path history) throws Exception {
        try (Stream<Path> files = Files.list(processes)) {
            for (Path log :
                    files.filter(file -> file.toString().endsWith(".log")).toList()) {
                Files.copy(log, history.resolve(log.getFileName()));
            }
        }
        remove(processes);
    }

    private static void remove(Path folder) throws Exception {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    static void say(String line) {
        System.err.println("==> " + line);
    }
}
