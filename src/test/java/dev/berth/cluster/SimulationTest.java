package dev.berth.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Three nodes in virtual time, with faults. A seed that fails is told with the fewest faults that make it fail; to look
 * at one: {@code -Dberth.seed=N -Dberth.seeds=1}.
 */
final class SimulationTest {
    private static final long FIRST = Long.getLong("berth.seed", 1);
    private static final int SEEDS = Integer.getInteger("berth.seeds", 10_000);
    private static final int SEEDS_FOR_A_BUG = 10_000;

    /** @param faults the fewest that are enough */
    private record Found(long seed, List<SimFault> faults, String message) {}

    @Test
    void nothingIsRunTwiceLostOrLeakedWhateverGoesWrong() {
        // Seeds have nothing to do with each other: one processor each.
        assertThat(found(LongStream.range(FIRST, FIRST + SEEDS).parallel(), SimBug.NONE))
                .isNull();
    }

    /** The first in time. */
    private static Found found(LongStream seeds, SimBug bug) {
        return seeds.mapToObj(seed -> find(seed, bug))
                .filter(Objects::nonNull)
                .findAny()
                .orElse(null);
    }

    @ParameterizedTest
    @EnumSource(value = SimBug.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void plantedBugIsFound(SimBug bug) {
        // One after the other: on several processors most of the seeds that are tried lie behind those that find it.
        assertThat(found(LongStream.range(1, 1 + SEEDS_FOR_A_BUG), bug)).isNotNull();
    }

    private static Found find(long seed, SimBug bug) {
        List<SimFault> faults = SimFault.random(new Random(seed), SimWorld.NODES, 10_000);
        String message = fails(seed, faults, bug);
        if (message == null) {
            return null;
        }
        List<SimFault> needed = new ArrayList<>(faults);
        for (SimFault fault : faults) {
            List<SimFault> fewer = new ArrayList<>(needed);
            fewer.remove(fault);
            if (fails(seed, fewer, bug) != null) {
                needed = fewer;
            }
        }
        return new Found(seed, needed, fails(seed, needed, bug));
    }

    private static String fails(long seed, List<SimFault> faults, SimBug bug) {
        try {
            SimWorld.run(seed, faults, bug);
            return null;
        } catch (SimFailure failure) {
            return failure.getMessage();
        }
    }
}
