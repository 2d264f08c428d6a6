package dev.berth.registry;

import dev.berth.bus.RegistryMessage;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is on its way in a {@link SlotWorld}: in order from each sender to each receiver. */
final class WorldWires {
    final Map<String, Deque<RegistryMessage>> fromIngress = new LinkedHashMap<>();
    final Map<String, Deque<Command>> toIngress = new LinkedHashMap<>();
    final Map<String, Deque<Sent>> runs = new LinkedHashMap<>();
    final Deque<RegistryMessage> fromWorker = new ArrayDeque<>();
    final Deque<Command> toWorker = new ArrayDeque<>();

    /** A call on its way from its ingress to its container. */
    record Sent(WorldCall call, String container, long lease) {}

    WorldWires(List<String> ingresses) {
        for (String ingress : ingresses) {
            fromIngress.put(ingress, new ArrayDeque<>());
            toIngress.put(ingress, new ArrayDeque<>());
            runs.put(ingress, new ArrayDeque<>());
        }
    }

    /** What the table has decided goes to whom it concerns. */
    void send(List<Command> commands) {
        for (Command command : commands) {
            if (command instanceof Command.Grant grant) {
                toIngress.get(grant.replyTo()).add(command);
            } else if (command instanceof Command.Refuse refuse) {
                toIngress.get(refuse.replyTo()).add(command);
            } else if (!(command instanceof Command.Drained)) {
                toWorker.add(command);
            }
        }
    }

    /** All that was on its way to and from an ingress is lost. */
    void cut(String ingress) {
        fromIngress.get(ingress).clear();
        toIngress.get(ingress).clear();
        runs.get(ingress).clear();
    }

    boolean areEmpty() {
        return fromIngress.values().stream().allMatch(Deque::isEmpty)
                && toIngress.values().stream().allMatch(Deque::isEmpty)
                && runs.values().stream().allMatch(Deque::isEmpty)
                && fromWorker.isEmpty()
                && toWorker.isEmpty();
    }
}
