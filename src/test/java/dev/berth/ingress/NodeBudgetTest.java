package dev.berth.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class NodeBudgetTest {
    private static final long UNIT = NodeBudget.UNIT;

    private final NodeBudget budget = new NodeBudget(16 * UNIT);

    @Test
    void whatIsRefusedIsNotHeldAndWhatWasHeldStays() {
        NodeBudget.Lease lease = budget.lease();
        assertThat(lease.hold(10 * UNIT)).isTrue();

        assertThat(lease.hold(15 * UNIT)).isFalse();

        assertThat(budget.taken()).isEqualTo(10 * UNIT);
        assertThat(lease.hold(3 * UNIT)).isTrue();
        assertThat(budget.taken()).isEqualTo(3 * UNIT);
    }

    @Test
    void lessThanAUnitIsNotCounted() {
        NodeBudget.Lease lease = budget.lease();

        assertThat(lease.hold(UNIT - 1)).isTrue();

        assertThat(budget.taken()).isZero();
    }

    @Test
    void anEighthIsLeftToCallsThatRun() {
        NodeBudget large = new NodeBudget(64 * UNIT);
        NodeBudget.Lease waiting = large.lease();
        assertThat(waiting.hold(56 * UNIT)).isTrue();
        NodeBudget.Lease running = large.lease();
        assertThat(running.hold(2 * UNIT)).isFalse();

        running.running();

        assertThat(running.hold(6 * UNIT)).isTrue();
        assertThat(running.hold(7 * UNIT)).isFalse();
        running.waiting();
        assertThat(running.hold(6 * UNIT)).isTrue();
    }

    @Test
    void theLastBytesAreLeftToQuestions() {
        NodeBudget large = new NodeBudget(64 * UNIT);
        NodeBudget.Lease running = large.lease();
        running.running();
        assertThat(running.hold(62 * UNIT)).isTrue();
        NodeBudget.Lease question = large.lease();
        assertThat(question.hold(UNIT)).isFalse();

        question.question();

        assertThat(question.hold(2 * UNIT)).isTrue();
        assertThat(question.hold(3 * UNIT)).isFalse();
        question.giveBack();
        assertThat(large.taken()).isEqualTo(62 * UNIT);
    }

    @Test
    void whatIsThereAlreadyIsCountedWhateverTheLimit() {
        NodeBudget.Lease lease = budget.lease();

        lease.keep(40 * UNIT);

        assertThat(budget.taken()).isEqualTo(40 * UNIT);
        assertThat(budget.lease().hold(UNIT)).isFalse();
        lease.giveBack();
        lease.giveBack();
        assertThat(budget.taken()).isZero();
    }

    @Test
    void manyThreadsTogetherNeverTakeMoreThanThereIs() throws InterruptedException {
        NodeBudget shared = new NodeBudget(100 * UNIT);
        AtomicLong held = new AtomicLong();
        AtomicLong most = new AtomicLong();
        List<Thread> threads = IntStream.range(0, 4)
                .mapToObj(i -> new Thread(() -> {
                    for (int round = 0; round < 20_000; round++) {
                        NodeBudget.Lease lease = shared.lease();
                        long bytes = (1 + round % 40) * UNIT;
                        if (lease.hold(bytes)) {
                            long now = held.addAndGet(bytes);
                            most.accumulateAndGet(now, Math::max);
                            held.addAndGet(-bytes);
                            lease.giveBack();
                        }
                    }
                }))
                .toList();
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(most.get()).isPositive().isLessThanOrEqualTo(100 * UNIT);
        assertThat(shared.taken()).isZero();
    }
}
