package dev.berth.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.call.ContainerSpec;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class DemandTest {
    private static long millis(long millis) {
        return Duration.ofMillis(millis).toNanos();
    }

    @Test
    void whatWasNeverMeasuredIsNotKnown() {
        Demand demand = new Demand();

        assertThat(demand.isMeasured()).isFalse();
        assertThat(demand.serviceNanos()).isZero();
        demand.served(0);
        assertThat(demand.isMeasured()).isTrue();
    }

    @Test
    void theFirstCallOfAContainerShowsOnlyWhetherCallsTakeLongerThanAStart() {
        Demand demand = new Demand();
        demand.servedFirst(millis(399), millis(400));
        assertThat(demand.isMeasured()).isFalse();
        assertThat(demand.isTried()).isTrue();
        demand.servedFirst(millis(400), millis(400));
        assertThat(demand.serviceNanos()).isEqualTo(millis(400));
        demand.servedFirst(millis(800), millis(400));

        assertThat(demand.serviceNanos()).isEqualTo(millis(400));
    }

    @Test
    void callsThatAllTakeTheSameTakeJustThat() {
        Demand demand = new Demand();
        for (int i = 0; i < 20; i++) {
            demand.served(millis(64));
        }

        assertThat(demand.serviceNanos()).isEqualTo(millis(64));
    }

    @Test
    void callsOfManyLengthsAreTakenForLongerThanTheirMean() {
        Demand demand = new Demand();
        for (int i = 0; i < 50; i++) {
            demand.served(millis(i % 2 == 0 ? 10 : 90));
        }

        assertThat(demand.serviceNanos()).isBetween(millis(75), millis(105));
    }

    @Test
    void oneOddCallCountsForNoMoreThanSomeOthers() {
        Demand demand = new Demand();
        demand.served(millis(10));
        demand.served(Duration.ofHours(1).toNanos());

        assertThat(demand.serviceNanos()).isBetween(millis(26), millis(46));
    }

    @Test
    void theNewestCountMost() {
        Demand demand = new Demand();
        for (int i = 0; i < 50; i++) {
            demand.served(millis(100));
        }
        for (int i = 0; i < 25; i++) {
            demand.served(millis(5));
        }

        assertThat(demand.serviceNanos()).isLessThan(millis(10));
    }

    @Test
    void aStartAmongManyIsTakenForOneAlone() {
        Starts starts = new Starts(2000);
        Demand demand = new Demand();
        double slowdown = 0;
        for (int i = 0; i < 20; i++) {
            slowdown = starts.begun();
        }
        starts.succeeded(demand, millis(1400), slowdown);

        assertThat(demand.startNanos()).isEqualTo(millis(200));
        assertThat(starts.expectedNanos(demand)).isBetween(millis(1399), millis(1401));
        for (int i = 0; i < 20; i++) {
            starts.over();
        }
        assertThat(starts.expectedNanos(demand)).isEqualTo(millis(200));
    }

    @Test
    void aFunctionNeverStartedIsTakenToStartAsOthersOfTheNodeDo() {
        Starts starts = new Starts(2000);
        assertThat(starts.expectedNanos(new Demand())).isEqualTo(Starts.UNKNOWN_NANOS);
        starts.succeeded(new Demand(), millis(300), starts.begun());

        assertThat(starts.expectedNanos(new Demand())).isEqualTo(millis(300));
    }

    @Test
    void whatAFunctionHasShownOutlivesItsQueuesAndItsSettings() {
        Demands demands = new Demands();
        ContainerSpec spec = Specs.spec("a", 1);
        Demand demand = demands.of(spec);
        demands.keep(spec, demand);

        assertThat(demands.of(Specs.spec("a", 2))).isSameAs(demand);
        assertThat(demands.of(Specs.spec("b", 1))).isNotSameAs(demand);
    }

    @Test
    void thoseNotUsedForLongestAreForgotten() {
        Demands demands = new Demands();
        Demand first = demands.of(Specs.spec("first", 1));
        Demand second = demands.of(Specs.spec("second", 1));
        demands.keep(Specs.spec("first", 1), first);
        for (int i = 0; i < Demands.MOST - 1; i++) {
            demands.of(Specs.spec("fn" + i, 1));
        }

        assertThat(demands.of(Specs.spec("first", 1))).isSameAs(first);
        assertThat(demands.of(Specs.spec("second", 1))).isNotSameAs(second);
    }
}
