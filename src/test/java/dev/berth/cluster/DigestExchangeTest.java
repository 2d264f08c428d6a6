package dev.berth.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.ClusterMessage;
import dev.berth.bus.ClusterMessage.Beat;
import dev.berth.bus.ClusterMessage.Digest;
import dev.berth.bus.ClusterMessage.Entry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** A publisher and a peer that listens to it over a link that loses, repeats, delays, reorders and makes things up. */
final class DigestExchangeTest {
    private static final PeerTimes TIMES = new PeerTimes(
            PeersTest.ms(100), PeersTest.ms(1500), PeersTest.ms(3000), PeersTest.ms(250), PeersTest.ms(60_000));
    private static final Member A = PeersTest.member("a", "node-a");
    private static final int HASHES = 5;

    @Property(tries = 300)
    void receiverHasWhatThePublisherHasOnceTheLinkIsWell(@ForAll Random random) {
        DigestPublisher publisher = new DigestPublisher("a", PeersTest.ms(50), PeersTest.ms(500));
        Peers peers = new Peers("own", TIMES, 0);
        Map<Long, Entry> truth = new HashMap<>();
        Deque<ClusterMessage> link = new ArrayDeque<>();
        List<ClusterMessage> past = new ArrayList<>();
        for (int step = 1; step < 400; step++) {
            long now = PeersTest.ms(25L * step);
            boolean well = step > 200;
            if (!well) {
                change(publisher, truth, random);
            }
            ClusterMessage said = publisher.next(now);
            if (said != null) {
                link.add(said);
                past.add(said);
            }
            deliver(peers, publisher, link, past, now, well ? null : random);
        }

        Hints held = peers.find("a").hints;
        for (long hash = 0; hash < HASHES; hash++) {
            assertThat(held.entry(hash)).isEqualTo(truth.get(hash));
        }
        assertThat(held.size()).isEqualTo(truth.size());
        assertThat(peers.find("a").state).isEqualTo(PeerState.UP);
    }

    private static void change(DigestPublisher publisher, Map<Long, Entry> truth, Random random) {
        long hash = random.nextInt(HASHES);
        boolean gone = random.nextInt(4) == 0;
        Entry entry = new Entry(hash, gone ? 0 : 1 + random.nextInt(9), 0, 0, 0, 0, 0);
        publisher.queue(entry);
        truth.remove(hash);
        if (!gone) {
            truth.put(hash, entry);
        }
    }

    private static void deliver(
            Peers peers,
            DigestPublisher publisher,
            Deque<ClusterMessage> link,
            List<ClusterMessage> past,
            long now,
            Random faults) {
        List<PeerEffect> effects = new ArrayList<>(peers.members(List.of(A), now));
        effects.addAll(peers.tick(now));
        int fault = faults == null ? -1 : faults.nextInt(8);
        if (fault == 0) {
            link.poll();
        } else if (fault == 1 && !past.isEmpty()) {
            effects.addAll(peers.received(past.get(faults.nextInt(past.size())), now));
        } else if (fault == 2) {
            effects.addAll(peers.received(forged(faults), now));
        }
        if (fault != 3) {
            while (!link.isEmpty()) {
                effects.addAll(peers.received(fault == 4 ? link.pollLast() : link.poll(), now));
            }
        }
        for (PeerEffect effect : effects) {
            if (effect instanceof PeerEffect.Send && fault != 5) {
                Digest full = publisher.full();
                link.add(full);
                past.add(full);
            }
        }
    }

    private static ClusterMessage forged(Random random) {
        long version = random.nextBoolean() ? Long.MAX_VALUE : 1 + random.nextInt(1000);
        Entry entry = new Entry(random.nextInt(HASHES), 1_000_000, 0, 0, 0, 0, 0);
        return random.nextBoolean()
                ? PeersTest.digest("a", version, random.nextBoolean() ? 0 : version - 1, entry)
                : new Beat("a", version);
    }

    @Test
    void firstChangeGoesOutAtOnceAndWhatFollowsInOneDigest() {
        DigestPublisher publisher = new DigestPublisher("a", PeersTest.ms(50), PeersTest.ms(500));
        publisher.next(0);

        publisher.queue(new Entry(1, 1, 0, 0, 0, 0, 0));
        Digest first = (Digest) publisher.next(PeersTest.ms(60));
        publisher.queue(new Entry(1, 2, 0, 0, 0, 0, 0));
        publisher.queue(new Entry(2, 1, 0, 0, 0, 0, 0));
        publisher.queue(new Entry(1, 0, 0, 0, 0, 0, 0));

        assertThat(first.entries()).hasSize(1);
        assertThat(publisher.next(PeersTest.ms(61))).isNull();
        assertThat(publisher.delayNanos(PeersTest.ms(61))).isEqualTo(PeersTest.ms(49));
        Digest second = (Digest) publisher.next(PeersTest.ms(110));
        assertThat(second.base()).isEqualTo(first.version());
        assertThat(second.entries()).containsExactly(new Entry(1, 0, 0, 0, 0, 0, 0), new Entry(2, 1, 0, 0, 0, 0, 0));
    }

    @Test
    void whoHasNothingToTellBeats() {
        DigestPublisher publisher = new DigestPublisher("a", PeersTest.ms(50), PeersTest.ms(500));
        assertThat(publisher.next(0)).isInstanceOf(Digest.class);
        publisher.node(NodeFigures.NONE);
        assertThat(publisher.next(PeersTest.ms(499))).isNull();
        assertThat(publisher.next(PeersTest.ms(500))).isEqualTo(new Beat("a", 1));
    }

    @Test
    void moreQueuesThanADigestMayListAreNotTold() {
        DigestPublisher publisher = new DigestPublisher("a", PeersTest.ms(50), PeersTest.ms(500));
        for (int i = 0; i < ClusterMessage.MAX_ENTRIES + 50; i++) {
            publisher.queue(new Entry(i, 1, 0, 0, 0, 0, 0));
        }
        assertThat(((Digest) publisher.next(0)).entries()).hasSize(ClusterMessage.MAX_ENTRIES);
    }
}
