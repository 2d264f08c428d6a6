package dev.berth.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

/** A sender's and a receiver's arithmetic, under any order of events and any loss of grants. */
final class CreditProperties {

    @Property
    void sentAndAvailableAreWhatWasGranted(
            @ForAll @LongRange(max = 100) long initial,
            @ForAll @Size(max = 50) List<@IntRange(min = -60, max = 60) Integer> steps) {
        CreditWindow credit = new CreditWindow(initial);
        long granted = initial;
        for (int step : steps) {
            if (step < 0) {
                credit.take(Math.min(-step, credit.available()));
            } else {
                long total = initial + step * 3L;
                assertThat(credit.grant(total)).isEqualTo(total > granted);
                granted = Math.max(granted, total);
            }
            assertThat(credit.sent() + credit.available()).isEqualTo(granted);
            assertThat(credit.available()).isNotNegative();
        }
    }

    /**
     * @param choices what happens next: the sender sends, the receiver takes a frame, a grant arrives or is lost
     */
    @Property
    void neverMoreThanAWindowIsBuffered(
            @ForAll @IntRange(min = 1, max = 64) int window,
            @ForAll @IntRange(max = 64) int assumed,
            @ForAll @Size(max = 200) List<@IntRange(max = 9) Integer> choices) {
        Model model = new Model(window, Math.min(window, assumed));
        for (int choice : choices) {
            if (choice < 4) {
                model.send(choice * 7 + 1);
            } else if (choice < 8) {
                model.consume();
            } else {
                model.grantArrives(choice == 8);
            }
            assertThat(model.meter.buffered()).isBetween(0L, (long) window);
        }
    }

    @Property
    void aSenderIsNeverStuckOnceEverythingIsTakenAndTheLastGrantIsRepeated(
            @ForAll @IntRange(min = 1, max = 64) int window,
            @ForAll @IntRange(max = 64) int assumed,
            @ForAll @Size(max = 200) List<@IntRange(max = 9) Integer> choices) {
        Model model = new Model(window, Math.min(window, assumed));
        for (int choice : choices) {
            if (choice < 4) {
                model.send(choice * 7 + 1);
            } else if (choice < 8) {
                model.consume();
            } else {
                model.grantArrives(false);
            }
        }
        model.drain();
        long repeated = model.meter.unconfirmed();
        if (repeated != GrantMeter.NONE) {
            model.credit.grant(repeated);
        }
        assertThat(model.credit.available()).isPositive();
    }

    @Property
    void grantsComeHalfAWindowAtATime(
            @ForAll @IntRange(min = 2, max = 64) int window,
            @ForAll @Size(max = 100) List<@IntRange(min = 1, max = 64) Integer> sizes) {
        GrantMeter meter = new GrantMeter(window, window);
        List<Long> grants = new ArrayList<>(List.of((long) window));
        for (int size : sizes) {
            meter.received(size);
            long total = meter.consumed(size);
            if (total != GrantMeter.NONE) {
                assertThat(total - grants.get(grants.size() - 1)).isGreaterThanOrEqualTo((window + 1) / 2);
                grants.add(total);
            }
        }
    }

    @Property
    void anOverrunIsNoticed(
            @ForAll @IntRange(min = 1, max = 64) int window, @ForAll @IntRange(min = 1, max = 64) int excess) {
        GrantMeter meter = new GrantMeter(window, window);

        assertThat(meter.received(window)).isTrue();
        assertThat(meter.received(excess)).isFalse();
    }

    /** One direction of a stream, without a bus. */
    private static final class Model {
        final CreditWindow credit;
        final GrantMeter meter;
        private final Deque<Integer> buffered = new ArrayDeque<>();
        private final Deque<Long> grants = new ArrayDeque<>();

        Model(int window, int assumed) {
            credit = new CreditWindow(assumed);
            meter = new GrantMeter(window, assumed);
        }

        void send(int wanted) {
            int size = (int) Math.min(wanted, credit.available());
            if (size > 0) {
                credit.take(size);
                assertThat(meter.received(size)).isTrue();
                buffered.add(size);
            }
        }

        void consume() {
            if (!buffered.isEmpty()) {
                long total = meter.consumed(buffered.remove());
                if (total != GrantMeter.NONE) {
                    grants.add(total);
                }
            }
        }

        void grantArrives(boolean really) {
            if (!grants.isEmpty()) {
                long total = grants.remove();
                if (really) {
                    credit.grant(total);
                }
            }
        }

        void drain() {
            while (!buffered.isEmpty()) {
                consume();
            }
        }
    }
}
