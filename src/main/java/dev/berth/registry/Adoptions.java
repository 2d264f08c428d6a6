package dev.berth.registry;

import dev.berth.bus.RegistryMessage.ContainerAdopted;
import dev.berth.call.ContainerSpec;
import dev.berth.call.Seal;
import dev.berth.call.SlotKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The queues of containers that an earlier runner has left, until a call tells what they are of: their slot key and
 * their configuration are known by a {@link Seal} only. Each such queue goes by a stand-in key, nobody waits in it, and
 * in everything else it is like any other.
 */
final class Adoptions {
    private final Queues queues;
    private final Map<SlotKey, Sealed> sealed = new HashMap<>();

    /** @param spec what the seal makes of the specification */
    private record Sealed(Seal seal, String spec) {}

    Adoptions(Queues queues) {
        this.queues = queues;
    }

    /** The queue that the container belongs to; null if others of its key were made from another specification. */
    @Nullable
    SlotQueue join(ContainerAdopted adopted) {
        SlotKey standIn = adopted.standIn().key();
        SlotQueue known = queues.find(standIn);
        Sealed made = new Sealed(adopted.seal(), adopted.sealedSpec());
        if (known != null) {
            return made.equals(sealed.get(standIn)) ? known : null;
        }
        sealed.put(standIn, made);
        return queues.openUnknown(adopted.standIn(), adopted.shown());
    }

    /**
     * The queue of a call for which there is none under its own key; from now on that is what it goes by. Null: there is
     * none.
     *
     * @param unfit told of idle slots of the call's key that were made from another specification
     */
    @Nullable
    SlotQueue claim(ContainerSpec spec, Consumer<Slot> unfit) {
        if (sealed.isEmpty()) {
            return null;
        }
        sealed.keySet().removeIf(key -> queues.find(key) == null);
        Set<Seal> seals = new HashSet<>();
        sealed.values().forEach(each -> seals.add(each.seal()));
        for (Seal seal : seals) {
            SlotKey standIn = seal.standIn(spec.key());
            Sealed found = sealed.get(standIn);
            SlotQueue queue = queues.find(standIn);
            if (found != null && queue != null) {
                sealed.remove(standIn);
                if (queue.hasContainers() && found.spec().equals(seal.of(spec))) {
                    queues.rename(queue, spec);
                    return queue;
                }
                idle(queue).forEach(unfit);
            }
        }
        return null;
    }

    private static List<Slot> idle(SlotQueue queue) {
        List<Slot> all = new ArrayList<>();
        for (Slot slot = queue.idle.first(); slot != null; slot = slot.inIdle.next()) {
            all.add(slot);
        }
        return all;
    }
}
