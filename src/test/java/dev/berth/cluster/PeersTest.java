package dev.berth.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.ClusterMessage;
import dev.berth.bus.ClusterMessage.Beat;
import dev.berth.bus.ClusterMessage.Digest;
import dev.berth.bus.ClusterMessage.DigestWanted;
import dev.berth.bus.ClusterMessage.Entry;
import dev.berth.bus.ClusterMessage.Goodbye;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class PeersTest {
    private static final Member A = member("a", "node-a");
    private static final Member B = member("b", "node-b");
    private static final Member OWN = member("own", "node-own");
    private static final PeerTimes TIMES = new PeerTimes(ms(100), ms(1500), ms(3000), ms(250), ms(30_000), ms(60_000));

    private final Peers peers = new Peers("own", TIMES, 0);
    private List<Member> members = List.of(OWN, A, B);
    private long now;
    private final List<PeerEffect> effects = new ArrayList<>();

    static Member member(String incarnation, String node) {
        return new Member(incarnation, node, "127.0.0.1", 1, ClusterMessage.PROTOCOL, "1", 0);
    }

    static long ms(long millis) {
        return Duration.ofMillis(millis).toNanos();
    }

    static Digest digest(String incarnation, long version, long base, Entry... entries) {
        return new Digest(
                incarnation, ClusterMessage.PROTOCOL, version, base, false, 1 << 30, 1000, 500, List.of(entries));
    }

    static Digest draining(String incarnation, long version) {
        return new Digest(incarnation, ClusterMessage.PROTOCOL, version, 0, true, 0, 0, 0, List.of());
    }

    private static Entry idle(long hash, int idle) {
        return new Entry(hash, idle, 0, 0, 0, 1000, 1000);
    }

    /** A peer of each state but for {@code LEFT}'s, brought there by what really happens. */
    private void bringTo(PeerState state) {
        pass(0);
        if (state != PeerState.JOINING) {
            hear(digest("a", 1, 0, idle(7, 1)));
        }
        switch (state) {
            case JOINING -> {}
            case UP -> pass(300);
            case SUSPECT -> pass(1600);
            case LOST -> pass(3100);
            case DRAINING -> hear(draining("a", 2));
            case LEFT -> hear(new Goodbye("a"));
        }
        assertThat(stateOfA()).isEqualTo(state);
        effects.clear();
    }

    private void happen(PeerEvent event) {
        switch (event) {
            case DIGEST -> hear(digest("a", 100, 0, idle(7, 2)));
            case DRAINING_DIGEST -> hear(draining("a", 100));
            case HEARD -> hear(new Beat("a", peers.find("a").hints.version()));
            case SILENT -> pass(stateOfA() == PeerState.SUSPECT ? 100 : 1600);
            case LONG_SILENT -> pass(3100);
            case GONE -> {
                members = List.of(OWN, B);
                now += ms(10);
                effects.addAll(peers.members(members, now));
                effects.addAll(peers.refused("a", now));
            }
            case GOODBYE -> hear(new Goodbye("a"));
            case PAUSED -> {
                now += ms(1700);
                effects.addAll(peers.tick(now));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(PeerState.class)
    void eachEventDoesInEachStateWhatTheTableSays(PeerState state) {
        for (PeerEvent event : PeerEvent.values()) {
            PeersTest fresh = new PeersTest();
            fresh.bringTo(state);
            fresh.happen(event);
            PeerState expected = PeerTable.next(state, event);
            assertThat(fresh.stateOfA()).as("%s × %s", state, event).isEqualTo(expected);
            boolean holds = expected != PeerState.LOST && expected != PeerState.LEFT;
            if (!holds) {
                assertThat(fresh.peers.find("a").hints.isEmpty()).isTrue();
            }
        }
    }

    @Test
    void everyStateCanBeReachedAndLeftButForTheFinalOne() {
        Set<PeerState> reached = EnumSet.of(PeerState.JOINING);
        PeerTable.ROWS.forEach(row -> reached.add(row.to()));
        assertThat(reached).containsExactlyInAnyOrder(PeerState.values());
        assertThat(PeerTable.ROWS).noneMatch(row -> row.from() == PeerState.LEFT);
    }

    @Test
    void lostPeerIsUpAgainOnlyAfterAFullDigest() {
        bringTo(PeerState.LOST);

        pass(300);
        hear(new Beat("a", 1));
        assertThat(stateOfA()).isEqualTo(PeerState.LOST);
        assertThat(asked("a")).contains(0L);

        hear(digest("a", 2, 1, idle(7, 1)));
        assertThat(stateOfA()).isEqualTo(PeerState.LOST);
        hear(digest("a", 2, 0, idle(7, 1)));
        assertThat(stateOfA()).isEqualTo(PeerState.UP);
    }

    @Test
    void gapBetweenDigestsIsAskedForOnceAndNothingOfItIsBelieved() {
        bringTo(PeerState.UP);

        hear(digest("a", 3, 2, idle(7, 9)));
        hear(digest("a", 4, 3, idle(7, 9)));

        assertThat(asked("a")).containsExactly(1L);
        assertThat(peers.find("a").hints.entry(7).idle()).isEqualTo(1);
    }

    @Test
    void beatWithANewerVersionTellsThatADigestWasLost() {
        bringTo(PeerState.UP);
        hear(new Beat("a", 2));
        assertThat(asked("a")).containsExactly(1L);
    }

    @Test
    void olderAndRepeatedDigestsChangeNothing() {
        bringTo(PeerState.UP);
        hear(digest("a", 5, 0, idle(7, 5)));

        hear(digest("a", 5, 0, idle(7, 6)));
        hear(digest("a", 4, 0, idle(7, 4)));

        assertThat(peers.find("a").hints.entry(7).idle()).isEqualTo(5);
    }

    @Test
    void versionThatWasMadeUpIsGivenUpWhenItsOwnerKeepsDenyingIt() {
        bringTo(PeerState.UP);
        hear(digest("a", Long.MAX_VALUE, 0, idle(7, 999)));

        hear(new Beat("a", 2));
        hear(new Beat("a", 2));
        pass(300);
        hear(new Beat("a", 2));
        assertThat(asked("a")).isNotEmpty();
        hear(digest("a", 2, 0, idle(7, 2)));

        assertThat(peers.find("a").hints.entry(7).idle()).isEqualTo(2);
    }

    @Test
    void whatIsHeldIsAskedForAnewFromTimeToTime() {
        bringTo(PeerState.UP);
        for (int i = 0; i < 65; i++) {
            pass(500);
            hear(new Beat("a", 1));
        }

        assertThat(asked("a")).contains(1L);
        hear(digest("a", 1, 0, idle(7, 3)));
        hear(digest("a", 1, 0, idle(7, 4)));

        assertThat(peers.find("a").hints.entry(7).idle()).isEqualTo(3);
    }

    @Test
    void messagesOfNobodyKnownAreDropped() {
        bringTo(PeerState.UP);

        hear(digest("stranger", 1, 0));
        hear(new Goodbye("stranger"));

        assertThat(effects).isEmpty();
        assertThat(peers.find("stranger")).isNull();
        assertThat(peers.dropped()).isEqualTo(2);
    }

    @Test
    void secondStartOfANodeIsAnotherPeer() {
        bringTo(PeerState.UP);
        members = List.of(OWN, B, member("a2", "node-a"));

        pass(100);
        hear(digest("a", 2, 0, idle(7, 3)));

        assertThat(peers.find("a2").state).isEqualTo(PeerState.JOINING);
        assertThat(peers.find("a2").hints.isEmpty()).isTrue();
    }

    @Test
    void pauseOfThisProcessDropsWhatItKnewAndBlamesNobody() {
        bringTo(PeerState.UP);

        now += ms(20_000);
        effects.addAll(peers.tick(now));

        assertThat(stateOfA()).isEqualTo(PeerState.SUSPECT);
        assertThat(peers.find("a").hints.isEmpty()).isTrue();
        assertThat(effects).hasAtLeastOneElementOfType(PeerEffect.Paused.class);
        hear(new Beat("a", 1));
        assertThat(stateOfA()).isEqualTo(PeerState.SUSPECT);
        hear(digest("a", 1, 0, idle(7, 1)));
        assertThat(stateOfA()).isEqualTo(PeerState.UP);
    }

    @Test
    void pauseIsNoticedByTheFirstMessageThatComesBeforeTheTimer() {
        bringTo(PeerState.UP);
        now += ms(20_000);

        hear(new Beat("a", 1));

        assertThat(effects.get(0)).isInstanceOf(PeerEffect.Paused.class);
    }

    @Test
    void memberOfAnotherProtocolIsToldOnceAndNeverUp() {
        Member old = new Member("o", "old", "h", 1, ClusterMessage.PROTOCOL + 1, "0", 0);
        members = List.of(OWN, old);

        pass(0);
        pass(100);
        hear(digest("o", 1, 0));

        assertThat(effects).containsOnlyOnce(new PeerEffect.Incompatible(old));
        assertThat(peers.find("o")).isNull();
    }

    @Test
    void digestOfAnotherProtocolIsDroppedAndDoesNotBringUpWhoSentIt() {
        pass(0);

        hear(new Digest("a", ClusterMessage.PROTOCOL + 1, 1, 0, false, 1 << 30, 1000, 500, List.of(idle(7, 1))));

        assertThat(peers.dropped()).isEqualTo(1);
        assertThat(peers.find("a").state).isEqualTo(PeerState.JOINING);
        assertThat(peers.up()).isEmpty();
    }

    @Test
    void whoeverLeftForGoodIsForgotten() {
        bringTo(PeerState.UP);
        members = List.of(OWN, B);
        for (int i = 0; i < 700; i++) {
            pass(100);
        }
        assertThat(peers.find("a")).isNull();
        assertThat(peers.all()).hasSize(1);
    }

    @Test
    void requestForAFullDigestIsAnsweredNotTooOften() {
        bringTo(PeerState.UP);

        hear(new DigestWanted("a", 0));
        hear(new DigestWanted("a", 0));

        assertThat(effects).containsExactly(new PeerEffect.SendFull("a"));
    }

    private void hear(ClusterMessage message) {
        effects.addAll(peers.received(message, now));
    }

    /** Time passes with a tick each 100 ms, as it does unless the process stands still. */
    private void pass(long millis) {
        long end = now + ms(millis);
        do {
            now = Math.min(end, now + ms(100));
            effects.addAll(peers.members(members, now));
            effects.addAll(peers.tick(now));
        } while (now < end);
    }

    private PeerState stateOfA() {
        return peers.find("a").state;
    }

    private List<Long> asked(String incarnation) {
        return effects.stream()
                .filter(PeerEffect.Send.class::isInstance)
                .map(PeerEffect.Send.class::cast)
                .filter(send -> send.incarnation().equals(incarnation))
                .map(send -> ((DigestWanted) send.message()).lastVersion())
                .toList();
    }

    @Test
    void youngerOfTwoNodesOfOneNameGoesOnceTheOtherTakesCalls() {
        Member older = new Member("a", "node-own", "127.0.0.1", 2, ClusterMessage.PROTOCOL, "1", 5);
        Member own = new Member("own", "node-own", "127.0.0.1", 1, ClusterMessage.PROTOCOL, "1", 6);
        Peers younger = new Peers("own", TIMES, 0);
        assertThat(younger.members(List.of(older, own), 0)).noneMatch(PeerEffect.Twin.class::isInstance);
        younger.received(digest("a", 1, 0, idle(7, 1)), 1);

        assertThat(younger.members(List.of(older, own), 2)).contains(new PeerEffect.Twin(older));
        assertThat(younger.members(List.of(older, own), 3))
                .as("told once")
                .noneMatch(PeerEffect.Twin.class::isInstance);
    }

    @Test
    void olderOfTwoNodesOfOneNameStays() {
        Member twin = new Member("zzz", "node-own", "127.0.0.1", 2, ClusterMessage.PROTOCOL, "1", 0);
        Peers older = new Peers("own", TIMES, 0);
        older.members(List.of(OWN, twin), 0);
        older.received(digest("zzz", 1, 0, idle(7, 1)), 1);

        assertThat(older.members(List.of(OWN, twin), 2)).noneMatch(PeerEffect.Twin.class::isInstance);
    }
}
