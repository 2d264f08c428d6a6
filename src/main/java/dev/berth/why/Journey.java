package dev.berth.why;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What a call saw on its way to a slot, if it saw more than its own node's idle container. */
public final class Journey {
    private final List<Try> tries = new ArrayList<>(2);
    private String asked = "";
    private long askedNanos;
    private int lostSlots;

    /** Another node is asked. */
    public void asked(String node, long nowNanos) {
        asked = node;
        askedNanos = nowNanos;
    }

    /** The node asked last has answered, or will not. Nothing if none was asked since the last answer. */
    public void answered(Try.Outcome outcome, long nowNanos) {
        if (!asked.isEmpty()) {
            tries.add(new Try(asked, outcome, TimeUnit.NANOSECONDS.toMicros(nowNanos - askedNanos)));
            asked = "";
        }
    }

    /** The slot that was won turned out to be gone. */
    public void slotLost() {
        lostSlots++;
    }

    int lostSlots() {
        return lostSlots;
    }

    List<Try> tries() {
        return tries;
    }
}
