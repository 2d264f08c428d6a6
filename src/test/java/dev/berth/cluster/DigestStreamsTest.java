package dev.berth.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.ClusterMessage.Digest;
import dev.berth.bus.ClusterMessage.Entry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** A node and those it tells, over links that lose nothing. */
final class DigestStreamsTest {
    private static final String OWN = "own";
    private static final int FULL_VIEW = 4;

    private final DigestStreams streams = new DigestStreams(OWN, FULL_VIEW, PeersTest.ms(50), PeersTest.ms(500));
    private final List<Peer> peers = new ArrayList<>();
    private final Map<String, Hints> held = new HashMap<>();
    private final Map<Long, Entry> truth = new LinkedHashMap<>();
    private long now;

    private void add(int count) {
        for (int i = 0; i < count; i++) {
            Peer peer = new Peer(PeersTest.member("p" + peers.size(), "node"), 0, 0);
            peer.state = PeerState.UP;
            peers.add(peer);
        }
        streams.peers(peers);
    }

    private void queue(long hash, int idle) {
        Entry entry = new Entry(hash, idle, 0, 0, 0, 0, 0);
        streams.queue(entry);
        truth.remove(hash);
        if (idle > 0) {
            truth.put(hash, entry);
        }
    }

    /** Returns how many digests have come. */
    private int pass(long millis) {
        int digests = 0;
        for (long end = now + PeersTest.ms(millis); now < end; now += PeersTest.ms(50)) {
            for (DigestStreams.Told told : streams.next(now)) {
                if (told.message() instanceof Digest digest) {
                    assertThat(held.computeIfAbsent(told.incarnation(), one -> new Hints())
                                    .take(digest, now))
                            .as("follows on what was told before")
                            .isTrue();
                    digests++;
                }
            }
        }
        return digests;
    }

    private Set<String> knowing(long hash) {
        return held.entrySet().stream()
                .filter(one -> one.getValue().entry(hash) != null)
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    /** As whoever asks reckons it. */
    private Set<String> homes(long hash) {
        List<NodePlace> up = peers.stream()
                .filter(peer -> peer.state == PeerState.UP)
                .map(peer -> peer.place)
                .toList();
        return new ClusterView(new NodePlace(OWN, new Hints()), up)
                .homes(hash).stream().map(NodePlace::incarnation).collect(Collectors.toSet());
    }

    @Test
    void fewAreToldAllAndOfManyTwoOfEachQueue() {
        add(FULL_VIEW - 1);
        for (long hash = 0; hash < 50; hash++) {
            queue(hash, 1);
        }
        pass(200);
        assertThat(knowing(7)).containsExactlyInAnyOrder("p0", "p1", "p2", OWN);

        add(17);
        queue(50, 1);
        pass(200);
        Set<String> used = new HashSet<>();
        for (long hash = 0; hash <= 50; hash++) {
            assertThat(knowing(hash)).hasSize(2).isEqualTo(homes(hash));
            used.addAll(homes(hash));
        }
        assertThat(used).hasSizeGreaterThan(15);

        peers.subList(2, peers.size()).forEach(peer -> peer.state = PeerState.LOST);
        streams.peers(peers);
        pass(200);
        assertThat(knowing(7)).contains("p0", "p1");
    }

    @Test
    void whatALostNodeKeptIsToldToTheNextAndOnlyThat() {
        add(20);
        for (long hash = 0; hash < 50; hash++) {
            queue(hash, 1);
        }
        pass(1_000);
        Peer lost = peers.stream()
                .filter(peer -> homes(7).contains(peer.member.incarnation()))
                .findFirst()
                .orElseThrow();
        long moved = truth.keySet().stream()
                .filter(hash -> homes(hash).contains(lost.member.incarnation()))
                .count();
        Set<String> before = homes(7);

        lost.state = PeerState.LOST;
        streams.peers(peers);
        int digests = pass(50);
        held.remove(lost.member.incarnation());

        before.remove(lost.member.incarnation());
        assertThat(homes(7)).containsAll(before);
        assertThat(knowing(7)).isEqualTo(homes(7));
        assertThat(digests).isBetween(1, (int) moved + 1);
    }

    @Test
    void everybodyHearsOfTheNodeAsAWholeNowAndThenAndAtOnceThatItDrains() {
        add(20);
        pass(1_000);
        streams.node(new NodeFigures(false, 5, 6, 700));
        assertThat(pass(500)).as("not all at once").isLessThanOrEqualTo(3);
        pass(5_000);
        assertThat(held.values()).allMatch(hints -> hints.load() == 700);

        streams.node(new NodeFigures(true, 5, 6, 700));
        pass(50);
        assertThat(held.values()).allMatch(Hints::isDraining);
    }

    @Property(tries = 200)
    void twoOfManyHaveWhatTheNodeHasWhateverChanges(@ForAll Random random) {
        DigestStreamsTest world = new DigestStreamsTest();
        world.add(1 + random.nextInt(8));
        for (int step = 0; step < 200; step++) {
            switch (random.nextInt(6)) {
                case 0 -> world.add(1);
                case 1 -> {
                    PeerState[] states = PeerState.values();
                    world.peers.get(random.nextInt(world.peers.size())).state = states[random.nextInt(states.length)];
                    world.streams.peers(world.peers);
                    world.forgetThoseWhoLeft();
                }
                case 2 -> world.pass(50L * random.nextInt(5));
                default -> world.queue(random.nextInt(30), random.nextInt(3));
            }
        }
        world.peers.forEach(peer -> peer.state = peer.state == PeerState.LEFT ? peer.state : PeerState.UP);
        world.streams.peers(world.peers);
        world.pass(200);

        boolean all = !Directory.isNeeded(world.peers, FULL_VIEW);
        for (long hash = 0; hash < 30; hash++) {
            Set<String> told = all ? world.up() : world.homes(hash);
            assertThat(world.knowing(hash)).isEqualTo(world.truth.containsKey(hash) ? told : Set.of());
        }
    }

    private Set<String> up() {
        Set<String> up = peers.stream()
                .filter(peer -> peer.state == PeerState.UP)
                .map(peer -> peer.member.incarnation())
                .collect(Collectors.toSet());
        up.add(OWN);
        return up;
    }

    /** A receiver that has left is told nothing, and starts anew should it be there again. */
    private void forgetThoseWhoLeft() {
        for (Peer peer : peers) {
            if (peer.state == PeerState.LEFT) {
                held.remove(peer.member.incarnation());
            }
        }
    }
}
