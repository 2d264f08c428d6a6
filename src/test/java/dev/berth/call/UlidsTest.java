package dev.berth.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

final class UlidsTest {

    @Test
    void hasTheLayoutOfAUlid() {
        assertThat(new Ulids(() -> 0, fixed(0)).get()).isEqualTo("00000000000000000000000000");
        assertThat(new Ulids(() -> (1L << 48) - 1, fixed(-1)).get()).isEqualTo("7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
        assertThat(new Ulids(() -> 1469918176385L, fixed(1)).get()).isEqualTo("01ARYZ6S410000000100000001");
    }

    @Test
    void sortsByTime() {
        RandomGenerator random = new SplittableRandom(1);
        String earlier = new Ulids(() -> 1_000, random).get();
        String later = new Ulids(() -> 1_001, random).get();

        assertThat(earlier).isLessThan(later);
    }

    @Test
    void doesNotRepeatWithinAMillisecond() {
        Ulids ids = new Ulids(() -> 5, new SplittableRandom(1));
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 10_000; i++) {
            assertThat(seen.add(ids.get())).isTrue();
        }
    }

    private static RandomGenerator fixed(long value) {
        return () -> value;
    }
}
