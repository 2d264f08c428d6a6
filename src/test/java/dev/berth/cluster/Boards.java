package dev.berth.cluster;

import dev.berth.bus.ClusterMessage.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What a node knows of others, made up, for tests of whoever places calls by it. */
public final class Boards {
    private static final PeerTimes TIMES = new PeerTimes(
            PeersTest.ms(100),
            PeersTest.ms(1500),
            PeersTest.ms(3000),
            PeersTest.ms(250),
            PeersTest.ms(30_000),
            PeersTest.ms(60_000));

    private final Member own = PeersTest.member("own", "node-own");
    private final ClusterBoard board = new ClusterBoard(own, 1);
    private final BoardWriter writer;
    private final Peers peers = new Peers("own", TIMES, 0);
    private final List<Member> members = new ArrayList<>(List.of(own));

    public Boards() {
        this(32);
    }

    /** @param fullView up to how many nodes each is told of everything */
    public Boards(int fullView) {
        this.writer = new BoardWriter(board, "own", fullView);
    }

    /** This node has so much free memory. */
    public Boards own(long freeMemoryBytes) {
        writer.own(new NodeFigures(false, freeMemoryBytes, 1_000_000, 500), 0);
        return this;
    }

    /** Another node takes calls and has told of these queues. */
    public Boards up(String incarnation, Entry... entries) {
        members.add(PeersTest.member(incarnation, "node-" + incarnation));
        peers.members(members, 0);
        tell(incarnation, 1, entries);
        return this;
    }

    /** It tells anew of all it has. */
    public void tell(String incarnation, long version, Entry... entries) {
        peers.received(PeersTest.digest(incarnation, version, 0, entries), version);
        writer.peers(peers.all());
    }

    /** It is silent for long. */
    public void lose() {
        peers.tick(PeersTest.ms(100));
        for (long at = 200; at < 4_000; at += 100) {
            peers.tick(PeersTest.ms(at));
        }
        writer.peers(peers.all());
    }

    public Placer placer() {
        return new Placer(board, Picker.twoAtRandom(new Random(1)));
    }

    public long count(Placed placed) {
        return board.counts().read().getOrDefault(placed, 0L);
    }
}
