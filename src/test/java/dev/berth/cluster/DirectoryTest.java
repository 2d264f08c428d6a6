package dev.berth.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.ClusterMessage;
import dev.berth.bus.ClusterMessage.Digest;
import dev.berth.bus.ClusterMessage.Entry;
import dev.berth.bus.IngressMessage.Holders.Holder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DirectoryTest {
    private static final long HASH = 42;

    private final Directory directory = new Directory("home");
    private final List<NodePlace> others = new ArrayList<>();

    private static Entry entry(int idle, int busy, int waiting) {
        return new Entry(HASH, idle, busy, 0, waiting, 200_000, 450_000);
    }

    private static Digest digest(String incarnation, long version, boolean draining, int load, Entry... entries) {
        return new Digest(incarnation, ClusterMessage.PROTOCOL, version, 0, draining, 0, 0, load, List.of(entries));
    }

    private NodePlace other(String incarnation, int load, Entry... entries) {
        NodePlace place = new NodePlace(incarnation, new Hints());
        place.hints().take(digest(incarnation, 1, false, load, entries), 0);
        others.add(place);
        return place;
    }

    private List<String> whoHas() {
        return directory.whoHas(HASH, "asker", others).stream()
                .map(Holder::incarnation)
                .toList();
    }

    @Test
    void leastExpectedWaitIsNamedFirstAndAmongEqualsWhoHasLeastToDo() {
        other("busy", 100, entry(0, 1, 3));
        other("laden", 900, entry(1, 0, 0));
        other("free", 100, entry(1, 0, 0));
        other("nothing", 0, new Entry(7, 9, 0, 0, 0, 0, 0));
        other("starting", 0, new Entry(HASH, 0, 0, 4, 0, 0, 0));

        assertThat(whoHas()).containsExactly("free", "laden", "busy");
    }

    @Test
    void whoIsNamedFirstCountsAsTakenUntilItTellsAnew() {
        other("a", 100, entry(2, 0, 0));
        NodePlace b = other("b", 200, entry(1, 1, 0));

        assertThat(whoHas()).startsWith("a");
        assertThat(whoHas()).startsWith("a");
        assertThat(whoHas()).startsWith("b");
        List<Holder> now = directory.whoHas(HASH, "asker", others);
        assertThat(now.get(0)).isEqualTo(new Holder("a", entry(0, 2, 0)));
        assertThat(now.get(1)).isEqualTo(new Holder("b", entry(0, 2, 0)));
        b.hints().take(digest("b", 2, false, 200, entry(1, 1, 0)), 0);
        assertThat(whoHas()).startsWith("b");
    }

    @Test
    void itsOwnNodeIsNamedTooAndTheAskerAndThoseWhoDrainAreNot() {
        directory.own(digest("home", 1, false, 500, entry(1, 0, 0)), 0);
        other("asker", 0, entry(5, 0, 0));
        other("drains", 0).hints().take(digest("drains", 2, true, 0, entry(5, 0, 0)), 0);

        assertThat(whoHas()).containsExactly("home");
        assertThat(directory.whoHas(HASH, "home", List.of())).isEmpty();
    }

    @Test
    void noMoreAreNamedThanACallMayTry() {
        for (int i = 0; i < 20; i++) {
            other("n" + i, i, entry(1, 0, 0));
        }
        assertThat(whoHas()).containsExactly("n0", "n1", "n2");
    }

    @Test
    void isNeededBeyondSoManyNodesThisOneIncluded() {
        List<Peer> peers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            peers.add(new Peer(PeersTest.member("p" + i, "node-" + i), 0, 0));
        }
        assertThat(Directory.isNeeded(peers, 1))
                .as("none of them has told anything")
                .isFalse();
        peers.forEach(peer -> peer.state = PeerState.UP);
        assertThat(Directory.isNeeded(peers, 4)).isFalse();
        assertThat(Directory.isNeeded(peers, 3)).isTrue();
        peers.get(0).state = PeerState.SUSPECT;
        assertThat(Directory.isNeeded(peers, 3)).as("it may be well").isTrue();
        peers.get(0).state = PeerState.LOST;
        assertThat(Directory.isNeeded(peers, 3)).isFalse();
    }
}
