package dev.berth.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cluster.ScaleSetup.Balancer;
import dev.berth.cluster.ScaleSetup.Scheme;
import org.junit.jupiter.api.Test;

/** How the shipped placement does with many nodes, in virtual time. The long form is {@code scripts/simulate --scale}. */
final class ScaleTest {

    @Test
    void withHomesTheyDoSoAndTellEachOtherLittle() {
        ScaleFigures figures = ScaleWorld.run(new ScaleSetup(30, 1.1, 25, Balancer.RANDOM, Scheme.HOMES, 10, 1));

        assertThat(figures.unplaced()).as("not placed").isZero();
        assertThat(figures.warmPercent()).as("warm").isGreaterThanOrEqualTo(98);
        assertThat(figures.refusedPerThousand()).as("refused").isLessThanOrEqualTo(60);
        assertThat(figures.digestKilobytes()).as("kB/s of digests").isLessThanOrEqualTo(50);
    }

    @Test
    void thirtyNodesPlaceNearlyAllCallsWarmWithFewRefusals() {
        ScaleFigures figures = ScaleWorld.run(new ScaleSetup(30, 1.1, 25, Balancer.RANDOM, Scheme.FULL_VIEW, 10, 1));

        assertThat(figures.unplaced()).as("not placed").isZero();
        assertThat(figures.warmPercent()).as("warm").isGreaterThanOrEqualTo(97);
        assertThat(figures.refusedPerThousand()).as("refused").isLessThanOrEqualTo(60);
    }
}
