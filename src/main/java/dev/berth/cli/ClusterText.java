package dev.berth.cli;

import dev.berth.proto.ClusterSummary;
import dev.berth.proto.MemberSummary;
import dev.berth.proto.QueueSummary;
import dev.berth.proto.RunnerStatus;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The nodes of a cluster for people: a table of nodes, one of containers by function, and how calls were placed. */
final class ClusterText {
    private static final int START_CHARACTERS = 8;

    private final StringBuilder out = new StringBuilder();

    private ClusterText() {}

    static String of(RunnerStatus status) {
        ClusterText text = new ClusterText();
        if (status.hasCluster()) {
            text.write(status.getCluster());
        } else {
            text.line("cluster", "none: this runner stands alone");
        }
        return text.out.toString();
    }

    private void write(ClusterSummary cluster) {
        out.append(String.format(
                "%n%-16s %-9s %-22s %-8s %-10s %9s %6s %11s %8s%n",
                "NODE", "STATE", "ADDRESS", "START", "VERSION", "AGE", "LOAD", "FREE MiB", "FREE CPU"));
        cluster.getMembersList().forEach(this::member);
        out.append(String.format(
                "%n%-18s %-16s %5s %5s %9s %8s%n", "FUNCTION", "NODE", "IDLE", "BUSY", "STARTING", "WAITING"));
        for (MemberSummary member : cluster.getMembersList()) {
            member.getQueuesList().forEach(queue -> queue(member, queue));
        }
        out.append(System.lineSeparator());
        line(
                "placements",
                new TreeMap<>(cluster.getPlacementsMap())
                        .entrySet().stream()
                                .map(each -> each.getKey().replace('_', ' ') + " " + each.getValue())
                                .collect(Collectors.joining(", ")));
    }

    private void member(MemberSummary member) {
        String state = member.getState().equals("SELF") && member.getDraining() ? "DRAINING" : member.getState();
        out.append(String.format(
                "%-16s %-9s %-22s %-8s %-10s %9s %6s %11s %8s%n",
                member.getNodeId(),
                state,
                member.getAddress(),
                start(member.getIncarnation()),
                member.getVersion(),
                member.getKnown() ? member.getDigestAgeMillis() + " ms" : "-",
                member.getKnown() ? member.getLoad() / 10 + "%" : "-",
                member.getKnown() ? Long.toString(member.getFreeMemoryBytes() >> 20) : "-",
                member.getKnown() ? Long.toString(member.getFreeCpuMillis()) : "-"));
    }

    /** Enough of an incarnation to tell one start of a node from the next; {@code --json} has all of it. */
    private static String start(String incarnation) {
        return incarnation.substring(0, Math.min(START_CHARACTERS, incarnation.length()));
    }

    private void queue(MemberSummary member, QueueSummary queue) {
        out.append(String.format(
                "%-18s %-16s %5d %5d %9d %8d%n",
                Long.toHexString(queue.getHash()),
                member.getNodeId(),
                queue.getIdle(),
                queue.getBusy(),
                queue.getStarting(),
                queue.getWaiting()));
    }

    private void line(String name, String value) {
        out.append(String.format("%-15s%s%n", name, value));
    }
}
