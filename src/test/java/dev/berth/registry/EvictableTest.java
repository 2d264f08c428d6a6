package dev.berth.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.BeforeTry;

final class EvictableTest {
    private static final long MIB = Specs.MIB;

    private Evictable evictable = new Evictable(null);
    private List<Slot> slots = new ArrayList<>();

    @BeforeTry
    void startAnew() {
        evictable = new Evictable(null);
        slots = new ArrayList<>();
    }

    @Property(tries = 2000)
    void coversTheShortfallWithNothingToSpareOrNotAtAll(
            @ForAll @Size(max = 8) List<@IntRange(max = 15) Integer> sizes,
            @ForAll @IntRange(max = 12) int shortMiB,
            @ForAll @IntRange(max = 12) int shortCpu) {
        if (shortMiB == 0 && shortCpu == 0) {
            return;
        }
        for (int size : sizes) {
            add(size % 4, size / 4);
        }

        List<Slot> picked = evictable.cover(shortMiB * MIB, shortCpu, 0);

        boolean possible = covers(slots, shortMiB, shortCpu);
        assertThat(picked.isEmpty()).isEqualTo(!possible);
        if (possible) {
            assertThat(covers(picked, shortMiB, shortCpu)).isTrue();
            for (Slot slot : picked) {
                List<Slot> without = new ArrayList<>(picked);
                without.remove(slot);
                assertThat(covers(without, shortMiB, shortCpu)).isFalse();
            }
        }
    }

    @Property(tries = 500)
    void amongEqualsTheLongestIdleGoFirst(
            @ForAll @Size(min = 1, max = 8) List<Boolean> frozen, @ForAll @IntRange(min = 1, max = 8) int wanted) {
        for (boolean each : frozen) {
            Slot slot = add(1, 0);
            evictable.remove(slot);
            slot.frozen = each;
            evictable.add(slot);
        }
        List<Slot> expected = new ArrayList<>();
        slots.stream().filter(slot -> slot.frozen).forEach(expected::add);
        slots.stream().filter(slot -> !slot.frozen).forEach(expected::add);

        List<Slot> picked = evictable.cover(wanted * MIB, 0, 0);

        assertThat(picked).isEqualTo(wanted <= frozen.size() ? expected.subList(0, wanted) : List.of());
    }

    private Slot add(int memoryMiB, int cpuMillis) {
        SlotQueue queue = Specs.queue(Specs.spec("q" + slots.size(), memoryMiB, cpuMillis));
        Slot slot = new Slot("c" + slots.size(), queue, 0, slots.size());
        evictable.add(slot);
        slots.add(slot);
        return slot;
    }

    private static boolean covers(List<Slot> some, long shortMiB, long shortCpu) {
        long bytes =
                some.stream().mapToLong(slot -> slot.queue.reservation.bytes()).sum();
        long cpu = some.stream()
                .mapToLong(slot -> slot.queue.reservation.cpuMillis())
                .sum();
        return bytes >= shortMiB * MIB && cpu >= shortCpu;
    }
}
