package dev.berth.registry;

import dev.berth.why.Shortage;
import dev.berth.why.Shortage.Holder;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

/** Which queues hold most of a node's room. Looked at four times a second at most: all queues have to be. */
final class Holders {
    private static final long KEPT = TimeUnit.MILLISECONDS.toNanos(250);

    private final Queues queues;
    private final Top byMemory = new Top(Holder::bytes);
    private final Top byCpu = new Top(Holder::cpuMillis);

    Holders(Queues queues) {
        this.queues = queues;
    }

    List<Holder> ofMemory(long now) {
        return byMemory.at(now);
    }

    List<Holder> ofCpu(long now) {
        return byCpu.at(now);
    }

    private final class Top {
        private final ToLongFunction<Holder> amount;
        private List<Holder> top = List.of();
        private long taken;
        private boolean asked;

        Top(ToLongFunction<Holder> amount) {
            this.amount = amount;
        }

        List<Holder> at(long now) {
            if (!asked || now - taken >= KEPT) {
                asked = true;
                taken = now;
                top = queues.all().stream()
                        .filter(queue -> queue.containers > 0)
                        .map(SlotQueue::held)
                        .filter(holder -> amount.applyAsLong(holder) > 0)
                        .sorted(Comparator.comparingLong(amount).reversed())
                        .limit(Shortage.MAX_HOLDERS)
                        .toList();
            }
            return top;
        }
    }
}
