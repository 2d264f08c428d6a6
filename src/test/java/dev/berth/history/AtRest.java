package dev.berth.history;

import dev.berth.cluster.NodeClient;
import dev.berth.proto.MemberSummary;
import dev.berth.proto.RunnerStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Whether nodes that have nothing to do any more hold nothing any more. */
final class AtRest {
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(30);
    /** Of a node that holds nothing for a call: its jar, ports, event loops and connections to two others. */
    private static final int MOST_FILES = 100;

    private AtRest() {}

    /** Waits for each node to see all others, and to have no call and no container. */
    static List<String> check(List<HistoryNode> nodes) throws Exception {
        List<String> problems = new ArrayList<>();
        for (HistoryNode node : nodes) {
            long end = System.nanoTime() + LIMIT_NANOS;
            String held = held(node, nodes.size());
            while (!held.isEmpty() && System.nanoTime() < end) {
                TimeUnit.MILLISECONDS.sleep(200);
                held = held(node, nodes.size());
            }
            if (!held.isEmpty()) {
                problems.add(node.name + " is not at rest: " + held);
            }
        }
        return problems;
    }

    private static String held(HistoryNode node, int nodes) throws Exception {
        NodeClient client = node.client();
        if (client == null) {
            return "it is down";
        }
        RunnerStatus status = client.status();
        List<String> up = status.getCluster().getMembersList().stream()
                .filter(member -> member.getState().equals("UP"))
                .map(MemberSummary::getNodeId)
                .toList();
        boolean rests = status.getActive() == 0
                && status.getNode().getMemoryUsedBytes() == 0
                && status.getNode().getSlotsCount() == 0
                && up.size() == nodes - 1;
        int files = openFiles(node.process().pid());
        return rests && files <= MOST_FILES
                ? ""
                : files + " files, sees " + up + ", " + status.getActive() + " streams, " + status.getNode();
    }

    private static int openFiles(long pid) throws Exception {
        try (Stream<Path> files = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            return (int) files.count();
        }
    }

    /** Tells all to stop, and looks for what they leave. */
    static List<String> stop(List<HistoryNode> nodes, Path processes) throws Exception {
        List<String> problems = new ArrayList<>();
        for (HistoryNode node : nodes) {
            node.process().signal("TERM");
        }
        for (HistoryNode node : nodes) {
            int code = node.process().exitCode();
            if (code != 0) {
                problems.add(node.name + " ended with " + code);
            }
        }
        ProcessHandle.allProcesses()
                .filter(process -> belongsTo(process.pid(), processes))
                .forEach(process -> problems.add("left behind: process " + process.pid()));
        try (Stream<Path> files = Files.walk(processes)) {
            files.filter(file -> file.getFileName().toString().endsWith(".sock"))
                    .forEach(file -> problems.add("left behind: " + file));
        }
        return problems;
    }

    private static boolean belongsTo(long pid, Path processes) {
        try {
            String environment = Files.readString(Path.of("/proc/" + pid + "/environ"), StandardCharsets.ISO_8859_1);
            return environment.contains("BERTH_OWNER=") && environment.contains(processes.toString());
        } catch (IOException gone) {
            return false;
        }
    }
}
