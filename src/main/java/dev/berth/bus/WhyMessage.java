package dev.berth.bus;

import java.util.List;

/** Why a call went as it did, asked of a node and told by it: a bus request and its answer. */
public sealed interface WhyMessage {
    record Asked(String callId) implements WhyMessage {}

    /** @param records what the node has kept of the call; empty: nothing */
    record Told(List<Kept> records) implements WhyMessage {
        public Told {
            records = List.copyOf(records);
        }
    }

    /**
     * One record, in words and as JSON.
     *
     * @param node its name
     */
    record Kept(String node, String text, String json) {}
}
