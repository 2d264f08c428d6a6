package dev.berth.history;

import dev.berth.cluster.NodeProcess;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Does things to nodes at random; two are disturbed at a time at most, so that somebody is always there. */
final class HistoryFaults {
    private static final int AT_ONCE = 2;
    private static final int LONGEST_CALM_MILLIS = 2_500;

    enum Kind {
        KILL,
        STAND_STILL_2_S,
        STAND_STILL_15_S,
        DRAIN
    }

    private final List<HistoryNode> nodes;
    private final Random random;
    private final Set<HistoryNode> free;
    private final Map<Kind, Integer> done = new EnumMap<>(Kind.class);
    private final List<String> problems = new ArrayList<>();
    private int left;

    private record Fault(Kind kind, HistoryNode node, long calmMillis) {}

    HistoryFaults(List<HistoryNode> nodes, int count, long seed) {
        this.nodes = nodes;
        this.left = count;
        this.random = new Random(seed);
        this.free = new HashSet<>(nodes);
    }

    List<Thread> begin() {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) {
            Thread thread = new Thread(this::work, "faults-" + i);
            thread.start();
            threads.add(thread);
        }
        return threads;
    }

    private void work() {
        for (Fault fault = next(); fault != null; fault = next()) {
            try {
                TimeUnit.MILLISECONDS.sleep(fault.calmMillis);
                System.err.println("    " + fault.kind + " " + fault.node.name);
                fault.node.disturb();
                perform(fault);
            } catch (Exception | AssertionError e) {
                problem(fault.kind + " of " + fault.node.name + ": " + e);
            } finally {
                fault.node.calm();
                over(fault.node);
            }
        }
    }

    private synchronized @Nullable Fault next() {
        if (left == 0 || !problems.isEmpty()) {
            return null;
        }
        left--;
        Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
        List<HistoryNode> choice = nodes.stream().filter(free::contains).toList();
        HistoryNode node = choice.get(random.nextInt(choice.size()));
        free.remove(node);
        done.merge(kind, 1, Integer::sum);
        return new Fault(kind, node, random.nextInt(LONGEST_CALM_MILLIS));
    }

    private synchronized void over(HistoryNode node) {
        free.add(node);
    }

    private synchronized void problem(String line) {
        problems.add(line);
    }

    private void perform(Fault fault) throws Exception {
        switch (fault.kind) {
            case KILL -> {
                fault.node.process().signal("KILL");
                fault.node.leave();
                restart(fault.node);
            }
            case STAND_STILL_2_S -> standStill(fault.node, 2);
            case STAND_STILL_15_S -> standStill(fault.node, 15);
            case DRAIN -> {
                NodeProcess process = fault.node.process();
                process.signal("TERM");
                int code = process.exitCode();
                fault.node.leave();
                if (code != 0) {
                    problem(fault.node.name + " was told to stop, and ended with " + code);
                }
                restart(fault.node);
            }
        }
    }

    private static void standStill(HistoryNode node, int seconds) throws Exception {
        node.process().signal("STOP");
        TimeUnit.SECONDS.sleep(seconds);
        node.process().signal("CONT");
        // What is asked of it late is late because of this.
        TimeUnit.SECONDS.sleep(1);
    }

    private void restart(HistoryNode node) throws Exception {
        node.process().awaitEnd();
        node.start(nodes);
    }

    /** Of each kind how many there were. */
    synchronized Map<Kind, Integer> done() {
        return Map.copyOf(done);
    }

    /** What nodes did in answer that they must not. */
    synchronized List<String> problems() {
        return List.copyOf(problems);
    }
}
