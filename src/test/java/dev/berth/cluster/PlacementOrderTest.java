package dev.berth.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.ClusterMessage;
import dev.berth.bus.ClusterMessage.Digest;
import dev.berth.bus.ClusterMessage.Entry;
import dev.berth.cluster.Candidate.Mode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PlacementOrderTest {
    private static final long HASH = 42;
    private static final long MIB = 1 << 20;
    private static final CallNeeds NEEDS = new CallNeeds(HASH, 128 * MIB, 100);

    /**
     * Each node: idle/busy/waiting/sent, load, room; the first is this node. Service takes 200 ms, a start 450 ms.
     * Tries: node and mode, with the limit in ms of a wait.
     */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            own idle slot wins                     | 1/0/0/0 0 room; 9/0/0/0 0 room                     | own WAIT 0, own MAY_LAUNCH, own QUEUE
            peer's idle slot, own queue is slower  | 0/2/3/0 500 room; 1/5/0/0 500 room                 | b WAIT 0, own WAIT 450, own MAY_LAUNCH, own QUEUE
            own wait wins among equals             | 0/1/0/0 500 room; 0/1/0/0 500 room                 | own WAIT 400, b WAIT 400, own MAY_LAUNCH, own QUEUE
            what was sent counts as taken          | 0/0/0/0 500 room; 1/1/0/1 500 room; 0/2/2/0 500 room | b WAIT 200, c WAIT 450, own MAY_LAUNCH, own QUEUE
            a wait longer than a start is no use   | 0/1/2/0 500 room; 0/1/2/0 500 room                 | own MAY_LAUNCH, own QUEUE
            nobody has one, room here              | 0/0/0/0 500 room; 0/0/0/0 500 room                 | own MAY_LAUNCH, own QUEUE
            this node is much busier than the mean | 0/0/0/0 900 room; 0/0/0/0 100 room                 | b MAY_LAUNCH, own QUEUE
            a little busier is not much            | 0/0/0/0 40 room; 0/0/0/0 0 room                    | own MAY_LAUNCH, own QUEUE
            no room here, room there               | 0/0/0/0 500 full; 0/0/0/0 500 room                 | b MAY_LAUNCH, own QUEUE
            a peer with room that is too busy      | 0/0/0/0 100 full; 0/0/0/0 900 room; 0/0/0/0 100 room | c MAY_LAUNCH, own QUEUE
            nobody has room: evict here            | 0/0/0/0 900 full; 0/0/0/0 900 full                 | own QUEUE
            this node alone                        | 0/0/0/0 900 full                                   | own QUEUE
            this node drains                       | 5/0/0/0 0 drains; 1/0/0/0 500 room                 | b WAIT 0, b MAY_LAUNCH
            a peer that drains gets nothing        | 0/0/0/0 900 full; 5/0/0/0 0 drains                 | own QUEUE
            """)
    void triesAreThese(String rule, String nodes, String tries) {
        List<NodePlace> places = places(nodes);
        ClusterView view = new ClusterView(places.get(0), places.subList(1, places.size()));

        List<Candidate> found = PlacementOrder.candidates(view, NEEDS, Picker.twoAtRandom(new Random(1)));

        assertThat(found.stream().map(PlacementOrderTest::text).collect(Collectors.joining(", ")))
                .as(rule)
                .isEqualTo(tries);
    }

    private static String text(Candidate candidate) {
        return candidate.incarnation() + " " + candidate.mode()
                + (candidate.mode() == Mode.WAIT ? " " + candidate.limitNanos() / 1_000_000 : "");
    }

    private static List<NodePlace> places(String nodes) {
        List<NodePlace> places = new ArrayList<>();
        for (String node : nodes.trim().split("; ")) {
            String[] parts = node.split("[/ ]");
            String name = places.isEmpty() ? "own" : String.valueOf((char) ('a' + places.size()));
            Entry entry = new Entry(HASH, number(parts[0]), number(parts[1]), 0, number(parts[2]), 200_000, 450_000);
            places.add(place(name, entry, number(parts[4]), parts[5].equals("full"), parts[5].equals("drains")));
            for (int sent = 0; sent < number(parts[3]); sent++) {
                places.get(places.size() - 1).hints().debit(HASH);
            }
        }
        return places;
    }

    private static NodePlace place(String name, Entry entry, int load, boolean full, boolean drains) {
        Hints hints = new Hints();
        long free = full ? 0 : 10_000;
        hints.take(new Digest(name, ClusterMessage.PROTOCOL, 1, 0, drains, free * MIB, free, load, List.of(entry)), 0);
        return new NodePlace(name, hints);
    }

    private static int number(String text) {
        return Integer.parseInt(text);
    }

    @Test
    void picksAmongManyHoldersAreSpread() {
        List<NodePlace> up = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            up.add(place("p" + i, new Entry(HASH, i == 0 ? 100 : 1, 0, 0, 0, 0, 0), 500, true, false));
        }
        ClusterView view = new ClusterView(place("own", new Entry(1, 0, 0, 0, 0, 0, 0), 500, true, false), up);
        Picker picker = Picker.twoAtRandom(new Random(7));
        Set<String> first = new HashSet<>();
        for (int i = 0; i < 500; i++) {
            first.add(PlacementOrder.candidates(view, NEEDS, picker).get(0).incarnation());
        }
        assertThat(first).hasSize(20);
    }

    @Test
    void launchesOfOneFunctionGoToOneNodeAndThoseOfManyToAll() {
        List<NodePlace> up = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            up.add(place("p" + i, new Entry(1, 0, 0, 0, 0, 0, 0), 500, false, false));
        }
        ClusterView view = new ClusterView(place("own", new Entry(1, 0, 0, 0, 0, 0, 0), 500, true, false), up);
        Set<String> chosen = new HashSet<>();
        for (long hash = 0; hash < 200; hash++) {
            CallNeeds demand = new CallNeeds(hash, MIB, 1);
            String one = PlacementOrder.candidates(view, demand, Picker.twoAtRandom(new Random(1)))
                    .get(0)
                    .incarnation();
            assertThat(PlacementOrder.candidates(view, demand, Picker.twoAtRandom(new Random(2)))
                            .get(0)
                            .incarnation())
                    .isEqualTo(one);
            chosen.add(one);
        }
        assertThat(chosen).hasSize(10);
    }

    @Property(tries = 500)
    void whateverTheViewTriesAreFewAndEndAtThisNode(@ForAll Random random) {
        List<NodePlace> places = new ArrayList<>();
        int nodes = 1 + random.nextInt(12);
        for (int i = 0; i < nodes; i++) {
            Entry entry = new Entry(
                    HASH,
                    random.nextInt(3),
                    random.nextInt(3),
                    random.nextInt(2),
                    random.nextInt(5),
                    random.nextBoolean() ? Long.MAX_VALUE : random.nextInt(1_000_000),
                    random.nextBoolean() ? Long.MAX_VALUE : random.nextInt(1_000_000));
            boolean drains = i > 0 && random.nextInt(5) == 0;
            places.add(place("n" + i, entry, random.nextInt(1001), random.nextBoolean(), drains));
        }

        List<Candidate> tries = PlacementOrder.candidates(
                new ClusterView(places.get(0), places.subList(1, nodes)), NEEDS, Picker.twoAtRandom(random));

        assertThat(tries.stream().filter(one -> !one.incarnation().equals("n0")))
                .hasSizeLessThanOrEqualTo(PlacementOrder.MOST_REMOTE);
        assertThat(tries).doesNotHaveDuplicates().allMatch(one -> one.limitNanos() >= 0);
        assertThat(tries.get(tries.size() - 1)).isEqualTo(new Candidate("n0", Mode.QUEUE, 0));
        Set<String> draining = places.stream()
                .filter(place -> place.hints().isDraining())
                .map(NodePlace::incarnation)
                .collect(Collectors.toSet());
        assertThat(tries).noneMatch(one -> draining.contains(one.incarnation()));
    }
}
