package dev.berth.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** How much is with the bus at a time, and whose turn it is. */
final class LaneTest {
    private static final int PIECE = 1000;

    private final Lane lane = new Lane(PIECE, 3 * Lane.cost(PIECE));

    @Test
    void takesWhatFitsAndNoMore() {
        assertThat(lane.take(PIECE)).isTrue();
        assertThat(lane.take(PIECE)).isTrue();
        assertThat(lane.take(PIECE)).isTrue();
        assertThat(lane.take(1)).isFalse();

        lane.release(Lane.cost(PIECE));
        assertThat(lane.take(1)).isTrue();
        assertThat(lane.underWay()).isEqualTo(2 * Lane.cost(PIECE) + Lane.cost(1));
    }

    @Test
    void thoseWhoWaitAreCalledInTurnAndNobodyPassesThem() {
        List<String> called = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            assertThat(lane.take(PIECE)).isTrue();
        }
        lane.await(() -> called.add("one"));
        lane.await(() -> called.add("two"));
        lane.release(Lane.cost(1));
        assertThat(called).isEmpty();
        assertThat(lane.take(1)).as("there is room, and others wait for it").isFalse();

        lane.release(Lane.cost(PIECE) - Lane.cost(1));
        assertThat(called).containsExactly("one");
        lane.releaseTurn(0);
        assertThat(called).containsExactly("one", "two");
        lane.releaseTurn(Lane.cost(10));
        assertThat(lane.underWay()).isEqualTo(2 * Lane.cost(PIECE) + Lane.cost(10));
    }

    @Test
    void whoWaitsWithNothingUnderWayIsCalledAtOnce() {
        List<String> called = new ArrayList<>();
        lane.await(() -> called.add("now"));
        assertThat(called).containsExactly("now");
    }

    /** Every piece is called once whoever is faster, and no more is under way than may be. */
    @Test
    void manyThreadsOverlookNobody() throws Exception {
        int threads = 4;
        int pieces = 20_000;
        AtomicInteger sent = new AtomicInteger();
        AtomicLong most = new AtomicLong();
        CountDownLatch done = new CountDownLatch(threads);
        Queue<Long> written = new ConcurrentLinkedQueue<>();
        for (int t = 0; t < threads; t++) {
            Thread thread = new Thread(() -> {
                for (int i = 0; i < pieces; i++) {
                    if (lane.take(PIECE)) {
                        written.add(Lane.cost(PIECE));
                        sent.incrementAndGet();
                    } else {
                        lane.await(() -> {
                            written.add(Lane.cost(PIECE));
                            sent.incrementAndGet();
                        });
                    }
                    most.accumulateAndGet(lane.underWay(), Math::max);
                    Long cost = written.poll();
                    if (cost != null) {
                        lane.release(cost);
                    }
                }
                done.countDown();
            });
            thread.setDaemon(true);
            thread.start();
        }
        assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
        for (Long cost = written.poll(); cost != null; cost = written.poll()) {
            lane.release(cost);
        }

        assertThat(sent).hasValue(threads * pieces);
        assertThat(lane.underWay()).isZero();
        assertThat(most).hasValueLessThanOrEqualTo(3 * Lane.cost(PIECE));
    }
}
