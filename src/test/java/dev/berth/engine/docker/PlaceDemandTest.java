package dev.berth.engine.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many places are held ready. */
final class PlaceDemandTest {
    private static final long START = -5;

    private static long at(double seconds) {
        return START + (long) (seconds * 1e9);
    }

    /** So long that the beginning is forgotten. */
    private static PlaceDemand steady(double perSecond, double makingSeconds) {
        PlaceDemand demand = new PlaceDemand(START);
        for (int i = 0; i < 50; i++) {
            demand.made((long) (makingSeconds * 1e9));
        }
        double end = 600;
        for (int i = 1; i <= end * perSecond; i++) {
            demand.arrived(at(i / perSecond));
        }
        return demand;
    }

    @Test
    void withoutColdStartsTwoAreHeld() {
        PlaceDemand demand = new PlaceDemand(START);
        assertThat(demand.size(START)).isEqualTo(2);
        assertThat(demand.size(at(3600))).isEqualTo(2);
    }

    /** Those taken while one is made, and two. */
    @ParameterizedTest
    @CsvSource({"0.1, 0.4, 3", "4.6, 0.5, 5", "11.5, 0.5, 8", "100, 0.5, 16", "4.6, 10, 16"})
    void sizeFollowsTheRateAndTheTimeToMakeOne(double perSecond, double makingSeconds, int size) {
        assertThat(steady(perSecond, makingSeconds).size(at(600))).isEqualTo(size);
    }

    @Test
    void itForgetsWithinMinutes() {
        PlaceDemand demand = steady(12, 0.5);
        assertThat(demand.size(at(600 + 60))).isEqualTo(5);
        assertThat(demand.size(at(600 + 3600))).isEqualTo(2);
    }

    /** The clock of nanoTime may be anything, and overflow. */
    @Test
    void aBurstCountsAsItsShareOfAMinute() {
        PlaceDemand demand = new PlaceDemand(Long.MAX_VALUE - 10);
        long now = Long.MAX_VALUE - 10 + TimeUnit.SECONDS.toNanos(1);
        for (int i = 0; i < 120; i++) {
            demand.arrived(now);
        }
        demand.made(TimeUnit.SECONDS.toNanos(3));
        assertThat(demand.size(now)).isEqualTo(2 + 2);
    }
}
