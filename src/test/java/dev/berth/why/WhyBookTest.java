package dev.berth.why;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.call.ContainerTimings;
import dev.berth.error.ErrorCode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class WhyBookTest {
    private static final long MIB = 1L << 20;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private long nowMillis = 1_700_000_000_000L;
    private final WhyBook book = book(64 << 10);
    private final WhyRing ring = book.ring(0);

    private WhyBook book(long bytes) {
        return new WhyBook("a", incarnation -> "node-" + incarnation, () -> nowMillis, bytes, 1);
    }

    private static Ended failed(String id) {
        Ended call = Ended.call(id);
        call.error = ErrorCode.FUNCTION_FAILED.exception();
        return call;
    }

    private CallRecord only(String id) {
        List<CallRecord> found = book.find(id);
        assertThat(found).hasSize(1);
        return found.get(0);
    }

    @Test
    void aCallIsFoundWithAllThatIsKnownOfIt() {
        Ended call = Ended.call("01HX0000000000000000000001");
        call.waited = Duration.ofMillis(1610);
        call.ran = Duration.ofMillis(310);
        call.timings = new ContainerTimings(1_000, 2_000_000, 3_000_000, 4_000_000);
        call.facts = new SlotFacts(
                SlotFacts.Start.COLD,
                SlotFacts.Waited.BEHIND_BIG,
                3,
                8,
                new ColdCause(ColdCause.Reason.EVICTED, 41_000, 7, "video", 1024 * MIB, 380 * MIB),
                SlotFacts.Refused.DEADLINE,
                new Shortage(
                        1100 * MIB,
                        0,
                        4096 * MIB,
                        500,
                        "report",
                        List.of(new Shortage.Holder("video", 6144 * MIB, 0), new Shortage.Holder("thumb", MIB, 0))));
        call.journey = new Journey();
        call.journey.asked("b", 1_000);
        call.journey.answered(Try.Outcome.REFUSED, 3_001_000);
        call.journey.asked("c", 0);
        call.journey.answered(Try.Outcome.GRANTED, 2_000_000);
        call.journey.slotLost();
        call.run = new RunFacts(
                31_000_000, true, ContainerFate.exited(137), new Truth(280_000, 12, 96 * MIB, 128 * MIB, true));
        call.error = ErrorCode.CONTAINER_EXIT.exception("container exit code 137 (SIGKILL)");
        call.requestBytes = 1L << 40;
        call.responseBytes = 5;
        call.traceId = "0af7651916cd43dd8448eb211c80319c";

        ring.ended(call, 0);

        CallRecord record = only(call.id);
        assertThat(record.node()).isEqualTo("a");
        assertThat(record.image()).isEqualTo("thumb");
        assertThat(record.appId()).isEqualTo("app-1");
        assertThat(record.fnId()).isEqualTo("fn-1");
        assertThat(record.key()).isEqualTo(call.key().hash64());
        assertThat(record.atMillis()).isEqualTo(call.arrivedMillis);
        assertThat(record.started()).isTrue();
        assertThat(record.times()).isEqualTo(new CallRecord.Times(1_610_000, 155_000, 310_000));
        assertThat(record.timings()).isEqualTo(call.timings);
        assertThat(record.facts()).isEqualTo(call.facts);
        assertThat(record.lostSlots()).isEqualTo(1);
        assertThat(record.tries())
                .containsExactly(
                        new Try("node-b", Try.Outcome.REFUSED, 3_000), new Try("node-c", Try.Outcome.GRANTED, 2_000));
        assertThat(record.ranElsewhere()).isEqualTo("node-c");
        assertThat(record.end())
                .isEqualTo(new CallRecord.End(ErrorCode.CONTAINER_EXIT, 502, "container exit code 137 (SIGKILL)"));
        assertThat(record.ran()).isEqualTo(call.run);
        assertThat(record.requestBytes()).isEqualTo(1L << 40);
        assertThat(record.responseBytes()).isEqualTo(5);
        assertThat(record.traceId()).isEqualTo(call.traceId);
        assertThat(record.sampled()).isFalse();
    }

    @Test
    void nothingOfAnEarlierRecordIsLeftInALaterOne() {
        aCallIsFoundWithAllThatIsKnownOfIt();
        Ended plain = failed("plain");

        ring.ended(plain, 0);

        CallRecord record = only("plain");
        assertThat(record.facts()).isEqualTo(SlotFacts.HOT);
        assertThat(record.tries()).isEmpty();
        assertThat(record.ran()).isEqualTo(RunFacts.NONE);
        assertThat(record.traceId()).isNull();
        assertThat(record.timings()).isEqualTo(ContainerTimings.NONE);
    }

    @Test
    void anOrdinaryCallIsKeptOnlyAsASample() {
        ring.ended(Ended.call("ordinary"), 0);
        Ended picked = Ended.call("picked");
        picked.sampled = true;
        ring.ended(picked, 0);

        assertThat(book.find("ordinary")).isEmpty();
        assertThat(only("picked").sampled()).isTrue();
    }

    @Test
    void whateverSomebodyMayAskAboutIsKept() {
        Ended cold = Ended.call("cold");
        cold.facts = new SlotFacts(
                SlotFacts.Start.COLD,
                SlotFacts.Waited.OWN_START,
                0,
                0,
                ColdCause.of(ColdCause.Reason.FIRST),
                SlotFacts.Refused.NONE,
                null);
        Ended woken = Ended.call("woken");
        woken.facts = SlotFacts.WOKEN;
        Ended waited = Ended.call("waited");
        waited.waited = Duration.ofMillis(11);
        Ended traced = Ended.call("traced");
        traced.traceId = "0af7651916cd43dd8448eb211c80319c";
        List.of(cold, woken, waited, traced, failed("failed")).forEach(call -> ring.ended(call, 0));

        assertThat(book.newest(0, 10, false))
                .extracting(CallRecord::id)
                .containsExactlyInAnyOrder("cold", "woken", "waited", "traced", "failed");
    }

    @Test
    void aCallThatRanMuchLongerThanItsFunctionDoesIsKept() {
        Ended usual = Ended.call("usual");
        usual.ran = Duration.ofMillis(20);
        ring.ended(usual, 0);
        Ended slow = Ended.call("slow");
        slow.ran = Duration.ofMillis(61);
        Ended notSoSlow = Ended.call("notSoSlow");
        notSoSlow.ran = Duration.ofMillis(59);

        ring.ended(notSoSlow, 0);
        ring.ended(slow, 0);

        assertThat(book.find("notSoSlow")).isEmpty();
        assertThat(book.find("slow")).isEmpty();
        slow.ran = Duration.ofMillis(90);
        ring.ended(slow, 0);
        only("slow");
    }

    @Test
    void theNewestOverwriteTheOldest() {
        for (int i = 0; i < 1000; i++) {
            ring.ended(failed("call-" + i), 0);
        }

        assertThat(book.find("call-0")).isEmpty();
        only("call-999");
        assertThat(book.newest(0, 10_000, true)).hasSize(192);
    }

    @Test
    void failuresDoNotOverwriteSamples() {
        Ended picked = Ended.call("picked");
        picked.sampled = true;
        ring.ended(picked, 0);
        for (int i = 0; i < 1000; i++) {
            ring.ended(failed("call-" + i), 0);
        }

        only("picked");
    }

    @Test
    void samplesSpanAMinute() {
        long now = 0;
        int picked = 0;
        for (int second = 0; second < 20; second++) {
            picked = 0;
            for (int i = 0; i < 1000; i++) {
                now += SECOND / 1000;
                picked += ring.sample(now) ? 1 : 0;
            }
        }

        // 64 places for 60 seconds.
        assertThat(picked).isBetween(1, 2);
        assertThat(book.miss()).startsWith("not kept (1 in 938 ordinary ones is)");
    }

    @Test
    void aRefusalThatIsRepeatedTakesOnePlace() {
        Ended refused = Ended.call("again");
        refused.started = false;
        refused.error = ErrorCode.SERVER_BUSY.exception();
        refused.facts = SlotFacts.refused(SlotFacts.Refused.WAITERS_FULL);
        long now = 0;
        for (int i = 0; i < 300; i++) {
            now += 10_000_000;
            ring.ended(refused, now);
        }

        assertThat(only("again").asked()).isEqualTo(299);
        assertThat(only("again").facts().refused()).isEqualTo(SlotFacts.Refused.WAITERS_FULL);

        ring.ended(refused, now + 5 * SECOND);
        assertThat(book.find("again")).hasSize(2);
    }

    @Test
    void whatIsToldLateIsAdded() {
        Ended refused = Ended.call("late");
        refused.error = ErrorCode.SERVER_BUSY.exception();
        refused.facts = SlotFacts.refused(SlotFacts.Refused.DEADLINE);
        long kept = ring.ended(refused, 0);
        Ended picked = Ended.call("picked");
        picked.sampled = true;
        long sample = ring.ended(picked, 0);
        Shortage shortage = new Shortage(MIB, 0, MIB, 0, "report", List.of());
        SlotFacts told = new SlotFacts(
                SlotFacts.Start.NONE, SlotFacts.Waited.NOTHING, 2, 1, null, SlotFacts.Refused.DEADLINE, shortage);
        Truth truth = new Truth(5, 0, 0, 0, false);

        ring.add(kept, told);
        ring.add(sample, truth);

        assertThat(only("late").facts()).isEqualTo(told);
        assertThat(only("picked").ran().truth()).isEqualTo(truth);
    }

    @Test
    void whatIsToldOfACallThatHasBeenOverwrittenIsLost() {
        long kept = ring.ended(failed("first"), 0);
        for (int i = 0; i < 192; i++) {
            ring.ended(failed("call-" + i), 0);
        }

        ring.add(kept, new Truth(5, 0, 0, 0, false));
        ring.add(0, new Truth(5, 0, 0, 0, false));

        assertThat(book.newest(0, 1000, true))
                .noneMatch(record -> record.ran().truth().known());
    }

    @Test
    void idsOfEveryKindAreFound() {
        for (String id : List.of(
                "01HXABCDEFGHJKMNPQRSTVWXYZ",
                "7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
                "x",
                "0123456789abcdef",
                "a call with a long name",
                "ÄÖÜ",
                "01hxabcdefghjkmnpqrstvwxyz",
                "8ZZZZZZZZZZZZZZZZZZZZZZZZZ")) {
            ring.ended(failed(id), 0);
            assertThat(only(id).id()).isEqualTo(id);
        }
        assertThat(book.newest(0, 100, true))
                .extracting(CallRecord::id)
                .contains("01HXABCDEFGHJKMNPQRSTVWXYZ", "7ZZZZZZZZZZZZZZZZZZZZZZZZZ", "x", "0123456789abcdef")
                .filteredOn(shown -> shown.startsWith("#"))
                .hasSize(4);
    }

    @Test
    void textsThatCouldSteerATerminalAreMadeHarmlessAndLongOnesAreCutOff() {
        Ended call = failed("hostile");
        call.image = "a\u001b[2J\u202e\nb" + "x".repeat(4096);
        ring.ended(call, 0);

        assertThat(only("hostile").image()).startsWith("a?[2J??b").hasSize(Texts.LONGEST);
    }

    @Test
    void aTextThatHasBeenForgottenIsAQuestionMarkAndNeverAnother() {
        ring.ended(failed("first"), 0);
        for (int i = 0; i < 190; i++) {
            Ended call = failed("call-" + i);
            call.image = "image-" + i;
            call.fn = "fn-" + i;
            ring.ended(call, 0);
        }
        ring.ended(failed("last"), 0);

        assertThat(only("first").image()).isIn("thumb", "?");
        assertThat(only("last").image()).isEqualTo("thumb");
        assertThat(book.newest(0, 1000, true))
                .allSatisfy(record -> assertThat(record.image())
                        .isIn("?", "thumb", "image-" + record.id().replace("call-", "")));
    }

    @Test
    void withoutMemoryNothingIsKept() {
        WhyBook none = book(0);

        assertThat(none.ring(0).sample(1)).isFalse();
        assertThat(none.ring(0).ended(failed("x"), 0)).isZero();
        assertThat(none.find("x")).isEmpty();
        assertThat(none.miss()).contains("why.memory");
    }

    @Test
    void aMissSaysHowFarBackTheRecordsGo() {
        ring.ended(failed("known"), 0);
        nowMillis += 70_000;

        assertThat(book.miss()).isEqualTo("never here, still running, or older than 70 s");
    }

    /** A reader gets whole records, however fast they are overwritten. */
    @Test
    @Timeout(60)
    void aReaderNeverSeesHalfARecord() {
        WhyBook small = book(2048);
        AtomicBoolean over = new AtomicBoolean();
        CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
            for (int i = 0; !over.get(); i++) {
                Ended call = failed("call");
                call.requestBytes = i;
                call.responseBytes = i;
                call.ran = Duration.ofNanos(1000L * (i % 1000));
                small.ring(0).ended(call, 0);
            }
        });
        int seen = 0;
        while (seen < 10_000) {
            for (CallRecord record : small.find("call")) {
                seen++;
                assertThat(record.requestBytes()).isEqualTo(record.responseBytes());
                assertThat(record.times().run()).isEqualTo(record.requestBytes() % 1000);
            }
        }
        over.set(true);
        writing.join();
    }
}
