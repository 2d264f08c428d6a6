package dev.berth.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.IngressMessage.SlotGranted;
import dev.berth.bus.IngressMessage.SlotRefused;
import dev.berth.bus.RegistryMessage.AcquireSlot;
import dev.berth.call.ContainerTimings;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import dev.berth.ingress.Itinerary.Stop;
import dev.berth.why.SlotFacts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Where a call goes and how often. Time is a number. */
final class CallPlacementTest implements CallPlacement.Actions {
    private static final long TIMEOUT = 1000;

    private final List<String> done = new ArrayList<>();
    private List<Stop> stops = List.of(stop("own"));
    private Runnable onLost = () -> {};

    private static Stop stop(String registry) {
        return new Stop(registry, !registry.startsWith("own"), AcquireSlot.Mode.ANY, AcquireSlot.FOREVER);
    }

    private CallPlacement placement(Deadline deadline) {
        return new CallPlacement(
                this,
                () -> {
                    Iterator<Stop> left = stops.iterator();
                    return () -> left.hasNext() ? left.next() : null;
                },
                deadline,
                TIMEOUT);
    }

    private CallPlacement started(String... registries) {
        stops = Stream.of(registries).map(CallPlacementTest::stop).toList();
        CallPlacement placement = placement(Deadline.NONE);
        placement.start();
        return placement;
    }

    private static SlotGranted grant(String container) {
        return new SlotGranted(
                1, "r", "w", container, 1, Duration.ofSeconds(2), 100, new ContainerTimings(1, 0, 0, 0), SlotFacts.HOT);
    }

    private static SlotRefused refusal(ErrorCode code) {
        return new SlotRefused(1, code.exception(), ContainerTimings.NONE);
    }

    private static RunnerException gone() {
        return ErrorCode.SLOT_GONE.exception();
    }

    @Test
    void theFunctionHasItsTimeoutFromTheSlotOnOrTheDeadlineIfEarlier() {
        CallPlacement unlimited = placement(Deadline.NONE);
        unlimited.start();
        unlimited.granted(grant("c1"), 10);
        CallPlacement limited = placement(Deadline.after(0, 500));
        limited.start();
        limited.granted(grant("c2"), 10);

        assertThat(done).containsExactly("acquire own", "open c1 until 1010", "acquire own", "open c2 until 500");
    }

    @Test
    void aRefusalThatHoldsElsewhereTooIsTheEnd() {
        CallPlacement call = started("own", "b");
        call.refused(refusal(ErrorCode.RESOURCE_TOO_BIG), 0);

        assertThat(done).containsExactly("acquire own", "end RESOURCE_TOO_BIG");
    }

    @Test
    void refusedForLackOfRoomItAsksTheNextAndTheLastRefusalIsTheEnd() {
        CallPlacement call = started("own", "b");
        call.refused(refusal(ErrorCode.SERVER_BUSY), 0);
        call.refused(refusal(ErrorCode.SERVER_BUSY), 0);

        assertThat(done).containsExactly("acquire own", "acquire b", "end SERVER_BUSY");
    }

    @Test
    void atMostFourOtherNodesAreAsked() {
        CallPlacement call = started("a", "b", "c", "d", "e", "own");
        for (int i = 0; i < 5; i++) {
            call.refused(refusal(ErrorCode.SERVER_BUSY), 0);
        }

        assertThat(done)
                .containsExactly("acquire a", "acquire b", "acquire c", "acquire d", "acquire own", "end SERVER_BUSY");
    }

    @Test
    void nobodyIsAskedAfterTheDeadline() {
        stops = List.of(stop("own"), stop("b"));
        CallPlacement call = placement(Deadline.after(0, 100));
        call.start();
        call.refused(refusal(ErrorCode.SERVER_BUSY), 100);

        assertThat(done).containsExactly("acquire own", "end SERVER_BUSY");
    }

    @Test
    void aRegistryThatCannotBeAskedIsPassedOver() {
        CallPlacement call = started("b", "own");
        call.unanswered(0);
        call.unanswered(0);

        assertThat(done).containsExactly("acquire b", "acquire own", "end SERVER_BUSY");
    }

    @Test
    void aLostSlotIsPlannedForAnewAFewTimes() {
        CallPlacement call = started("own");
        for (int i = 0; i < 6; i++) {
            call.granted(grant("c" + i), 0);
            call.finished(gone());
        }

        assertThat(done.stream().filter("acquire own"::equals)).hasSize(6);
        assertThat(done.stream().filter("lost"::equals)).hasSize(5);
        assertThat(done).last().isEqualTo("end SLOT_GONE");
    }

    @Test
    void aContainerThatTakesNoConnectionIsTriedWithOneMore() {
        CallPlacement call = started("own");
        call.granted(grant("c1"), 0);
        call.finished(ErrorCode.INIT_FAILED.exception());
        call.granted(grant("c2"), 0);
        call.finished(ErrorCode.INIT_FAILED.exception());

        assertThat(done)
                .containsExactly(
                        "acquire own",
                        "open c1 until 1000",
                        "lost",
                        "acquire own",
                        "open c2 until 1000",
                        "end INIT_FAILED");
    }

    @Test
    void whatWasNotDeliveredIsPlacedAgainAndItsLeaseReturned() {
        CallPlacement call = started("own");
        call.granted(grant("c1"), 0);
        call.failed(ErrorCode.UNDELIVERED.exception());

        assertThat(done).containsExactly("acquire own", "open c1 until 1000", "back c1", "lost", "acquire own");
    }

    @Test
    void whatMayHaveBeenDeliveredIsNeverPlacedAgain() {
        CallPlacement offered = started("own");
        offered.granted(grant("c1"), 0);
        offered.failed(ErrorCode.PEER_LOST.exception());
        assertThat(done).last().isEqualTo("end PEER_LOST");

        CallPlacement taken = started("own");
        taken.granted(grant("c2"), 0);
        taken.taken();
        taken.finished(gone());
        assertThat(done).last().isEqualTo("end SLOT_GONE");

        CallPlacement begun = started("own");
        begun.granted(grant("c3"), 0);
        begun.taken();
        begun.failed(ErrorCode.UNDELIVERED.exception());
        assertThat(done).last().isEqualTo("end UNDELIVERED");
        assertThat(done).doesNotContain("lost").noneMatch(action -> action.startsWith("back"));
    }

    @Test
    void aGrantThatComesTooLateIsHandedBack() {
        CallPlacement over = placement(Deadline.after(0, 100));
        over.start();
        over.granted(grant("c1"), 100);
        assertThat(done).containsExactly("acquire own", "back c1", "end SERVER_BUSY");

        over.granted(grant("c2"), 100);
        assertThat(done).last().isEqualTo("back c2");
    }

    @Test
    void theDeadlineOfTheWaitIsARefusalThatOfTheCallATimeout() {
        started("own").deadlinePassed();
        assertThat(done).containsExactly("acquire own", "withdraw", "end SERVER_BUSY");

        done.clear();
        CallPlacement running = started("own");
        running.granted(grant("c1"), 0);
        running.deadlinePassed();
        running.deadlinePassed();
        assertThat(done)
                .containsExactly("acquire own", "open c1 until 1000", "cancel CALL_TIMEOUT", "end CALL_TIMEOUT");
    }

    @Test
    void aCancelEndsItWithoutAWordAndForGood() {
        CallPlacement waiting = started("own");
        waiting.cancel(ErrorCode.CANCELLED.exception());
        waiting.refused(refusal(ErrorCode.SERVER_BUSY), 0);
        waiting.cancel(ErrorCode.CANCELLED.exception());
        assertThat(done).containsExactly("acquire own", "withdraw");

        done.clear();
        CallPlacement running = started("own");
        running.granted(grant("c1"), 0);
        running.cancel(ErrorCode.CANCELLED.exception());
        running.finished(null);
        running.failed(ErrorCode.UNDELIVERED.exception());
        assertThat(done).containsExactly("acquire own", "open c1 until 1000", "cancel CANCELLED");
    }

    @Test
    void aCancelOnTheNewsOfALostSlotAsksForNoOther() {
        CallPlacement call = started("own");
        onLost = () -> call.cancel(ErrorCode.CANCELLED.exception());
        call.granted(grant("c1"), 0);
        call.finished(gone());

        assertThat(done).last().isEqualTo("cancel CANCELLED");
        assertThat(done.stream().filter("acquire own"::equals)).hasSize(1);
    }

    @Test
    void aCallThatCannotBeSentIsOverAndItsLeaseReturned() {
        CallPlacement call = started("own");
        call.granted(grant("c1"), 0);
        call.openRefused(ErrorCode.INTERNAL.exception());

        assertThat(done).containsExactly("acquire own", "open c1 until 1000", "back c1", "end INTERNAL");
    }

    @Override
    public void acquire(Stop stop) {
        done.add("acquire " + stop.registry());
    }

    @Override
    public void withdraw() {
        done.add("withdraw");
    }

    @Override
    public void giveBack(SlotGranted grant) {
        done.add("back " + grant.containerId());
    }

    @Override
    public void open(SlotGranted grant, Deadline deadline) {
        done.add("open " + grant.containerId() + " until " + deadline.nanos());
    }

    @Override
    public void slotLost() {
        done.add("lost");
        onLost.run();
    }

    @Override
    public void cancelStream(RunnerException why) {
        done.add("cancel " + why.code());
    }

    @Override
    public void end(@Nullable RunnerException error) {
        done.add("end " + (error == null ? "" : error.code()));
    }
}
