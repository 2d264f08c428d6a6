package dev.berth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Several due times on one timer. */
final class AlarmTest {
    private record Rung(Alarm.Slot slot, long nanos) {}

    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private final BlockingQueue<Rung> rung = new LinkedBlockingQueue<>();
    private final Alarm alarm = new Alarm(vertx, slot -> rung.add(new Rung(slot, System.nanoTime())));

    @AfterEach
    void close() {
        vertx.close();
    }

    private void on(Runnable work) {
        context.runOnContext(turn -> work.run());
    }

    private Rung next() throws InterruptedException {
        Rung next = rung.poll(20, TimeUnit.SECONDS);
        assertThat(next).isNotNull();
        return next;
    }

    private static long millis(int millis) {
        return Duration.ofMillis(millis).toNanos();
    }

    @Test
    void ringsEachSlotOnceInTheOrderOfTheirTimesAndNeverEarly() throws Exception {
        long began = System.nanoTime();
        on(() -> {
            alarm.set(Alarm.Slot.DEADLINE, millis(60));
            alarm.set(Alarm.Slot.FREEZE, millis(20));
            alarm.set(Alarm.Slot.KEEP_ALIVE, millis(40));
        });
        Rung first = next();
        Rung second = next();
        Rung third = next();
        assertThat(first.slot()).isEqualTo(Alarm.Slot.FREEZE);
        assertThat(first.nanos() - began).isGreaterThanOrEqualTo(millis(20));
        assertThat(second.slot()).isEqualTo(Alarm.Slot.KEEP_ALIVE);
        assertThat(second.nanos() - began).isGreaterThanOrEqualTo(millis(40));
        assertThat(third.slot()).isEqualTo(Alarm.Slot.DEADLINE);
        assertThat(third.nanos() - began).isGreaterThanOrEqualTo(millis(60));
        assertThat(rung).isEmpty();
    }

    @Test
    void aTimeThatIsMovedRingsAtTheNewTime() throws Exception {
        long began = System.nanoTime();
        on(() -> {
            alarm.set(Alarm.Slot.FREEZE, millis(10));
            alarm.set(Alarm.Slot.FREEZE, millis(60));
        });
        assertThat(next().nanos() - began).isGreaterThanOrEqualTo(millis(60));
        on(() -> {
            alarm.set(Alarm.Slot.FREEZE, millis(60_000));
            alarm.set(Alarm.Slot.FREEZE, millis(5));
        });
        next();
        assertThat(rung).isEmpty();
    }

    @Test
    void aTimeThatIsClearedDoesNotRing() throws Exception {
        on(() -> {
            alarm.set(Alarm.Slot.FREEZE, millis(10));
            alarm.clear(Alarm.Slot.FREEZE);
            alarm.set(Alarm.Slot.RETRY, millis(30));
        });
        assertThat(next().slot()).isEqualTo(Alarm.Slot.RETRY);
        assertThat(rung).isEmpty();
    }

    @Test
    void aTimeInThePastRingsAtOnceAndOneFarAheadFits() throws Exception {
        on(() -> {
            alarm.set(Alarm.Slot.DEADLINE, Long.MAX_VALUE);
            alarm.set(Alarm.Slot.START, Duration.ofDays(36_500).toNanos());
            alarm.set(Alarm.Slot.RETRY, -1);
        });
        assertThat(next().slot()).isEqualTo(Alarm.Slot.RETRY);
        assertThat(rung).isEmpty();
    }

    @Test
    void aClosedAlarmRingsNoMore() throws Exception {
        on(() -> {
            alarm.set(Alarm.Slot.FREEZE, millis(5));
            alarm.close();
            alarm.set(Alarm.Slot.RETRY, millis(5));
            new Alarm(vertx, slot -> rung.add(new Rung(Alarm.Slot.START, 0))).set(Alarm.Slot.START, millis(20));
        });
        assertThat(next().slot()).isEqualTo(Alarm.Slot.START);
        assertThat(rung).isEmpty();
    }
}
