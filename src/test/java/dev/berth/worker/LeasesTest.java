package dev.berth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class LeasesTest {
    @Test
    void oneAtATimeAnOlderOneComesTooLate() {
        Leases leases = new Leases(1);

        assertThat(leases.spend(5)).isTrue();
        assertThat(leases.spend(5)).isFalse();
        assertThat(leases.isNew(4)).isFalse();
        assertThat(leases.spend(4)).isFalse();
        assertThat(leases.spend(6)).isTrue();
    }

    @Test
    void ofSeveralTheCallsMayComeInAnotherOrder() {
        Leases leases = new Leases(2);

        assertThat(leases.spend(6)).isTrue();
        assertThat(leases.isNew(5)).isTrue();
        assertThat(leases.spend(5)).isTrue();
        assertThat(leases.spend(5)).isFalse();
        assertThat(leases.spend(6)).isFalse();
        assertThat(leases.newest()).isEqualTo(6);
    }

    @Test
    void theOldestAreForgottenAsSpent() {
        Leases leases = new Leases(2);
        for (int lease = 10; lease < 1000; lease++) {
            assertThat(leases.spend(lease)).isTrue();
        }

        assertThat(leases.isNew(9)).isFalse();
        assertThat(leases.spend(500)).isFalse();
    }
}
