package dev.berth.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.Addresses;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class RosterTest {
    private static final Member A = PeersTest.member("a", "node-a");
    private static final Member B = PeersTest.member("b", "node-b");

    private final Roster roster = new Roster();

    @Test
    void addressBelongsToTheMemberThatItNames() {
        roster.replace(List.of(A, B), 0);

        assertThat(roster.owner(Addresses.worker("b", 3))).isEqualTo(B);
        assertThat(roster.owner(Addresses.registry("c"))).isNull();
        assertThat(Roster.covers(Addresses.registry("c"))).isTrue();
        assertThat(Roster.covers("somebody.else")).isFalse();
    }

    @Test
    void whoLeftTheMembersAMomentAgoIsStillReachable() {
        roster.replace(List.of(A, B), 0);
        roster.replace(List.of(A), seconds(1));

        assertThat(roster.forget(seconds(60))).isEmpty();
        assertThat(roster.owner(Addresses.registry("b"))).isEqualTo(B);
    }

    @Test
    void whoCameBackIsNotForgotten() {
        roster.replace(List.of(A, B), 0);
        roster.replace(List.of(A), seconds(1));
        roster.replace(List.of(A, B), seconds(30));

        assertThat(roster.forget(seconds(100))).isEmpty();
        assertThat(roster.find("b")).isEqualTo(B);
    }

    @Test
    void addressesOfWhoIsForgottenAreNamedSoThatNobodyKeepsThem() {
        roster.replace(List.of(A, B), 0);
        roster.owner(Addresses.registry("b"));
        roster.owner(Addresses.registry("a"));
        roster.replace(List.of(A), seconds(1));

        assertThat(roster.forget(seconds(62))).containsExactly(Addresses.registry("b"));
        assertThat(roster.find("b")).isNull();
        assertThat(roster.owner(Addresses.registry("b"))).isNull();
        assertThat(roster.forget(seconds(200))).isEmpty();
    }

    private static long seconds(long seconds) {
        return TimeUnit.SECONDS.toNanos(seconds);
    }
}
