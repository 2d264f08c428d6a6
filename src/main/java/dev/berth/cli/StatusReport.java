package dev.berth.cli;

import dev.berth.proto.NodeSummary;
import dev.berth.proto.RunnerStatus;
import dev.berth.proto.SlotSummary;
import java.util.HexFormat;

/** A runner's status for people. Lines that have nothing to say are left out. */
final class StatusReport {
    private final StringBuilder out = new StringBuilder();

    private StatusReport() {}

    static String of(RunnerStatus status) {
        StatusReport text = new StatusReport();
        text.line(
                "calls",
                status.getActive() + " active, " + status.getRequestsReceived() + " received, "
                        + status.getRequestsHandled() + " handled");
        text.health(status);
        if (status.hasNode()) {
            text.node(status.getNode());
        }
        return text.out.toString();
    }

    private void health(RunnerStatus status) {
        if (status.getFailed()) {
            line("health", "failed, " + status.getErrorCode() + " " + status.getErrorStr());
        } else if (!status.getId().isEmpty()) {
            line("health", "ok");
        }
        if (!status.getId().isEmpty()) {
            line(
                    "status call",
                    status.getId() + (status.getCached() ? " (cached)" : "")
                            + ", waited " + ElapsedText.millis(status.getSchedulerDuration())
                            + ", ran " + ElapsedText.millis(status.getExecutionDuration()));
        }
        if (!status.getDetails().isEmpty()) {
            line("details", status.getDetails());
        }
        if (status.getIsNetworkDisabled()) {
            line("network", "disabled");
        }
        if (status.getKdumpsOnDisk() > 0) {
            line("kernel dumps", Long.toString(status.getKdumpsOnDisk()));
        }
        status.getCustomStatusMap().forEach(this::line);
    }

    private void node(NodeSummary node) {
        line("node", node.getNodeId() + ", berth " + node.getVersion() + (node.getDraining() ? ", draining" : ""));
        line("engine", node.getEngine() + (node.getIsolated() ? "" : ", functions are not isolated"));
        line("memory", mib(node.getMemoryUsedBytes()) + " of " + mib(node.getMemoryTotalBytes()) + " MiB taken");
        line("cpu", node.getCpuUsedMillis() + " of " + node.getCpuTotalMillis() + " thousandths taken");
        for (SlotSummary slot : node.getSlotsList()) {
            line(
                    "slot " + shortHash(slot),
                    slot.getImage() + ": " + slot.getIdle() + " idle" + paused(slot) + ", " + slot.getBusy() + " busy, "
                            + slot.getStarting() + " starting, " + slot.getWaiting() + " waiting" + kept(slot));
        }
        if (node.getSlotsLeftOut() > 0) {
            line("slots", node.getSlotsLeftOut() + " more");
        }
    }

    private static String paused(SlotSummary slot) {
        return slot.getPaused() > 0 ? " (" + slot.getPaused() + " paused)" : "";
    }

    private static String kept(SlotSummary slot) {
        return slot.getKept() > 0 ? ", " + slot.getKept() + " kept" : "";
    }

    private static String shortHash(SlotSummary slot) {
        String hex = HexFormat.of().formatHex(slot.getSlotHashId().toByteArray());
        return hex.substring(0, Math.min(8, hex.length()));
    }

    private static long mib(long bytes) {
        return bytes >> 20;
    }

    private void line(String name, String value) {
        out.append(String.format("%-14s%s%n", name, value));
    }
}
