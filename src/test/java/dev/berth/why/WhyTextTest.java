package dev.berth.why;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.call.ContainerTimings;
import dev.berth.call.SlotAnnotation;
import dev.berth.error.ErrorCode;
import dev.berth.ops.Schemas;
import dev.berth.why.ColdCause.Reason;
import dev.berth.why.SlotFacts.Refused;
import dev.berth.why.SlotFacts.Start;
import dev.berth.why.SlotFacts.Waited;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The words in which a person is told. */
final class WhyTextTest {
    private static final long MIB = 1L << 20;

    private static CallRecord record(Ended call) {
        return record(call, 1);
    }

    private static CallRecord record(Ended call, int times) {
        WhyBook book = new WhyBook("a", incarnation -> incarnation, () -> 0, 64 << 10, 1);
        call.sampled = true;
        for (int i = 0; i < times; i++) {
            book.ring(0).ended(call, i);
        }
        return book.find(call.id).get(0);
    }

    private static String told(Ended call) {
        return WhyText.of(record(call));
    }

    private static Ended cold(ColdCause cause) {
        Ended call = Ended.call("01HX1");
        call.waited = Duration.ofMillis(1610);
        call.ran = Duration.ofMillis(310);
        call.timings =
                new ContainerTimings(0, 0, TimeUnit.MILLISECONDS.toNanos(490), TimeUnit.MILLISECONDS.toNanos(1110));
        call.facts = new SlotFacts(Start.COLD, Waited.OWN_START, 0, 0, cause, Refused.NONE, null);
        return call;
    }

    private static Ended waited(Waited waited, Shortage shortage) {
        Ended call = Ended.call("01HX5");
        call.waited = Duration.ofMillis(610);
        call.ran = Duration.ofMillis(230);
        call.facts = new SlotFacts(Start.HOT, waited, 2, 8, null, Refused.NONE, shortage);
        return call;
    }

    private static Ended refused(Refused refused, Shortage shortage) {
        Ended call = Ended.call("01HX2");
        call.started = false;
        call.waited = Duration.ofSeconds(2);
        call.error = ErrorCode.SERVER_BUSY.exception();
        call.facts = new SlotFacts(Start.NONE, Waited.NOTHING, 4, 2, null, refused, shortage);
        return call;
    }

    @Test
    void anOrdinaryCall() {
        Ended call = Ended.call("01HX0");
        call.requestBytes = 11;
        call.responseBytes = 3 << 20;

        assertThat(told(call)).isEqualTo("01HX0 ok in 1.1 ms\n ran 1 ms, 11 B in, 3 MB out");
    }

    @Test
    void aCallThatNoNodeOfThisSizeCouldTake() {
        Ended call = refused(Refused.TOO_BIG, new Shortage(64_000 * MIB, 98_000, 64_300 * MIB, 100_000, "", List.of()));
        call.error = ErrorCode.RESOURCE_TOO_BIG.exception();
        call.waited = Duration.ofMillis(1);

        assertThat(told(call))
                .startsWith(
                        "01HX2 failed (400), the caller's fault: Requested CPU/Memory cannot be allocated, after 1 ms."
                                + " It wanted 62.8 GB, 62.5 GB and 98000m CPU more than the node has when empty");
    }

    @Test
    void aCallThatWasBrokenOffAtTheLimitOfItsMemoryWhereNobodyToldOfTheEndInTime() {
        Ended call = Ended.call("01HX4");
        call.error = ErrorCode.RESPONSE_BROKEN.exception();
        call.run = new RunFacts(0, false, ContainerFate.UNKNOWN, new Truth(1, 0, 128 * MIB, 128 * MIB, true));
        assertThat(told(call)).contains(". Its container's memory had come to the limit");

        call.run = new RunFacts(0, false, ContainerFate.UNKNOWN, new Truth(1, 0, 127 * MIB, 128 * MIB, true));
        assertThat(told(call)).doesNotContain("had come to the limit");
    }

    @Test
    void aColdStartBecauseOfAnEviction() {
        Ended call = cold(new ColdCause(Reason.EVICTED, 41_000, 0, "video", 1024 * MIB, 380 * MIB));
        call.run = new RunFacts(0, false, ContainerFate.UNKNOWN, new Truth(280_000, 0, 96 * MIB, 128 * MIB, true));

        assertThat(told(call))
                .isEqualTo("01HX1 ok in 1.92 s. Slow: a container had to be started. The idle one of thumb was evicted"
                        + " 41 s earlier for video (1024 MB wanted, 380 MB free)\n"
                        + " waited 1.61 s (create 490 ms, init 1.11 s), ran 310 ms, CPU 280 ms, peak 96 MB of 128 MB");
    }

    @Test
    void everyOtherCauseOfAColdStart() {
        assertThat(told(cold(ColdCause.of(Reason.FIRST))))
                .contains("It is the first call of thumb with its configuration since the node started");
        assertThat(told(cold(new ColdCause(Reason.ALL_BUSY, 0, 8, "", 0, 0)))).contains("All 8 of thumb were busy");
        assertThat(told(cold(new ColdCause(Reason.ALL_BUSY, 0, 1, "", 0, 0))))
                .contains("The only one of thumb was busy");
        assertThat(told(cold(new ColdCause(Reason.EXPIRED, 9_000, 30_000, "", 0, 0))))
                .contains("The last one of thumb was removed 9 s earlier because it had been idle for 30 s");
        assertThat(told(cold(new ColdCause(Reason.EXITED, 600_000, 137, "", 0, 0))))
                .contains("The last one of thumb had ended by itself 10 min earlier (signal 9)");
        assertThat(told(cold(new ColdCause(Reason.EXITED, 600_000, 3, "", 0, 0))))
                .contains("(exit code 3)");
        assertThat(told(cold(new ColdCause(Reason.OUT_OF_MEMORY, 1_000, 0, "", 0, 0))))
                .contains("The last one of thumb had run out of memory 1 s earlier");
        assertThat(told(cold(ColdCause.of(Reason.BROKE)))).contains("because its call may have spoilt it");
        assertThat(told(cold(ColdCause.of(Reason.LAUNCH_FAILED)))).contains("had not come up");
        assertThat(told(cold(ColdCause.of(Reason.ONE_SHOT)))).contains("Each container of thumb runs one call");
    }

    @Test
    void aContainerThatWasStartedAheadOfTheCallOrShouldHaveBeenOfUse() {
        Ended call = Ended.call("01HX0");
        call.facts = SlotFacts.FORESEEN;
        assertThat(told(call)).contains("from a container that was started ahead of it, as its calls come regularly");
        // On a busy machine it may take a while though it waits for nothing.
        call.waited = Duration.ofMillis(11);
        assertThat(told(call)).contains("from a container that was started ahead of it, as its calls come regularly");
        call = cold(ColdCause.of(Reason.NOT_CALLED).after(9_000));
        assertThat(told(call)).contains("started ahead of a call that did not come, was removed 9 s earlier");
        call.facts =
                new SlotFacts(Start.COLD, Waited.START_AHEAD, 0, 0, ColdCause.of(Reason.FIRST), Refused.NONE, null);
        assertThat(told(call)).contains("Slow: a container had been started ahead of it, but was not up yet");
    }

    @Test
    void aColdStartThatHadToWaitForRoomFirst() {
        Ended call = cold(ColdCause.of(Reason.FIRST));
        call.facts = new SlotFacts(
                Start.COLD,
                Waited.ROOM_COMING,
                0,
                0,
                ColdCause.of(Reason.FIRST),
                Refused.NONE,
                new Shortage(50 * MIB, 0, 100 * MIB, 0, "", List.of()));

        assertThat(told(call)).contains("There was no room for it at first (50 MB missing)");
    }

    @Test
    void aDeadlineInTheQueue() {
        Shortage shortage = new Shortage(
                1100 * MIB,
                0,
                4000 * MIB,
                0,
                "report",
                List.of(new Shortage.Holder("video", 6144 * MIB, 0), new Shortage.Holder("thumb", 1024 * MIB, 0)));

        assertThat(told(refused(Refused.DEADLINE, shortage)))
                .isEqualTo("01HX2 not run (503): 2 s deadline passed in the queue. First was report (4000 MB,"
                        + " 1100 MB missing); held by video 6 GB, thumb 1024 MB\n waited 2 s");
    }

    @Test
    void everyOtherRefusal() {
        assertThat(told(refused(Refused.NO_ROOM, new Shortage(0, 500, 0, 1000, "", List.of()))))
                .contains("no room, and nobody is kept waiting for it here. It wanted 1000m CPU, 500m CPU missing");
        assertThat(told(refused(Refused.DEADLINE, null))).contains("It was behind 5 calls, all 2 busy");
        assertThat(told(refused(Refused.WAITERS_FULL, null))).contains("as many calls wait here as may");
        assertThat(told(refused(Refused.DRAINING, null))).contains("the node is draining");
        assertThat(told(refused(Refused.TOO_BIG, null))).contains("not even an empty node");
        assertThat(told(refused(Refused.NOT_HERE, null))).contains("nothing was there without waiting");
        assertThat(told(refused(Refused.REGISTRY_SILENT, null))).contains("did not answer");
        assertThat(told(refused(Refused.ENGINE_GONE, null))).contains("the container engine does not answer");
        assertThat(told(refused(Refused.LAUNCH_FAILED, null))).contains("did not come up: Timed out");
        assertThat(told(refused(Refused.SLOT_LOST, null))).contains("each slot that it won had gone");
        assertThat(told(refused(Refused.ASKER_LOST, null))).contains("the node it came from was lost");
    }

    @Test
    void aRefusalThatWasRepeated() {
        assertThat(WhyText.of(record(refused(Refused.DRAINING, null), 3)))
                .contains("It came 2 more times within seconds, and was refused again");
    }

    @Test
    void aFrozenContainer() {
        Ended call = Ended.call("01HX3");
        call.ran = Duration.ofMillis(38);
        call.waited = Duration.ZERO;
        call.facts = SlotFacts.WOKEN;
        call.run = new RunFacts(31_000_000, true, ContainerFate.UNKNOWN, Truth.NONE);

        assertThat(told(call))
                .startsWith("01HX3 ok in 38 ms, 31 ms of them waking a frozen container (by the engine; see doctor)");
    }

    @Test
    void aFunctionThatRanOutOfMemory() {
        Ended call = Ended.call("01HX4");
        call.ran = Duration.ofMillis(2100);
        call.error = ErrorCode.OUT_OF_MEMORY.exception("container out of memory, limit 128 MiB");

        assertThat(told(call))
                .startsWith("01HX4 failed (502), the function's fault: container out of memory, limit 128 MiB,"
                        + " after 2.1 s");
    }

    @Test
    void acceptsThatACallerGoesAway() {
        Ended call = Ended.call("01HX4");
        call.started = false;
        call.waited = Duration.ofMillis(250);
        call.error = ErrorCode.CANCELLED.exception();

        assertThat(told(call)).startsWith("01HX4 given up by its caller after 250 ms, while it waited");
    }

    @Test
    void aCallBehindOthers() {
        Shortage shortage = new Shortage(0, 500, 0, 1000, "", List.of());

        assertThat(told(waited(Waited.BUSY, shortage)))
                .startsWith("01HX5 ok in 840 ms, 610 ms behind 3 calls: all 8 busy, no room for one more"
                        + " (500m CPU missing)");
        assertThat(told(waited(Waited.BEHIND_BIG, new Shortage(MIB, 0, 4000 * MIB, 0, "report", List.of()))))
                .contains("610 ms behind report, which wanted 4000 MB");
    }

    @Test
    void aCallThatWasToWaitForLessThanAStart() {
        assertThat(told(waited(Waited.SOONER, null)))
                .startsWith("01HX5 ok in 840 ms, 610 ms behind 3 calls: all 8 busy, and starting one more was to take"
                        + " longer");
    }

    @Test
    void aCallThatAnotherNodeTook() {
        Ended call = Ended.call("01HX6");
        call.waited = Duration.ofMillis(5);
        call.ran = Duration.ofMillis(90);
        call.journey = new Journey();
        call.journey.asked("c", 0);
        call.journey.answered(Try.Outcome.REFUSED, 1_000_000);
        call.journey.asked("b", 0);
        call.journey.answered(Try.Outcome.GRANTED, 2_000_000);

        assertThat(told(call))
                .startsWith("01HX6 ok in 95 ms on b: a had none idle, c refused after 1 ms, b took it after 2 ms");
    }

    @Test
    void aSlotThatWasLost() {
        Ended call = Ended.call("01HX7");
        call.journey = new Journey();
        call.journey.slotLost();

        assertThat(told(call)).contains("It won and lost a slot once");
    }

    /** No combination of facts leaves the teller without words, or with a word that is none. */
    @ParameterizedTest
    @EnumSource(Waited.class)
    void everythingThatACallCanWaitForIsTold(Waited waited) {
        for (Start start : Start.values()) {
            for (Reason reason : Reason.values()) {
                Ended call = waited(waited, null);
                call.facts = new SlotFacts(start, waited, 1, 1, ColdCause.of(reason), Refused.NONE, null);
                CallRecord record = record(call);

                assertThat(WhyText.of(record)).startsWith("01HX5 ok in 840 ms").doesNotContain("null");
                assertThat(WhyJson.of(record).encode()).contains("\"waited\":\"");
                Schemas.assertValid("Call", WhyJson.of(record));
            }
        }
    }

    @Test
    void annotationsThatDoNotCountAreTold() {
        Ended call = Ended.call("01HX1");
        call.ignored = EnumSet.allOf(SlotAnnotation.class);
        call.run = new RunFacts(0, false, ContainerFate.exited(255), Truth.NONE);
        CallRecord record = record(call);

        assertThat(WhyText.of(record))
                .contains(". The function's annotation dev.berth/min-idle does not count: it is not a whole number from"
                        + " 0 to 9999. The function's annotation dev.berth/concurrency does not count: it is not a"
                        + " whole number from 1 to 64");
        assertThat(record.ran().fate()).isEqualTo(ContainerFate.exited(255));
        Schemas.assertValid("Call", WhyJson.of(record));
        call.ignored = EnumSet.of(SlotAnnotation.CONCURRENCY);
        assertThat(WhyJson.of(record(call)).getJsonArray("ignoredAnnotations"))
                .containsExactly("dev.berth/concurrency");
    }

    @Test
    void jsonHasTheSameFacts() {
        Ended call = cold(new ColdCause(Reason.EVICTED, 41_000, 0, "video", 1024 * MIB, 380 * MIB));
        call.run = new RunFacts(0, false, ContainerFate.UNKNOWN, new Truth(280_000, 7, 96 * MIB, 128 * MIB, true));

        JsonObject json = WhyJson.of(record(call));

        Schemas.assertValid("Call", json);
        assertThat(json.getInteger("v")).isEqualTo(1);
        assertThat(json.getString("id")).isEqualTo("01HX1");
        assertThat(json.getString("node")).isEqualTo("a");
        assertThat(json.getString("at")).isEqualTo("2023-11-14T22:13:20Z");
        assertThat(json.getString("text")).startsWith("01HX1 ok in 1.92 s");
        assertThat(json.getJsonObject("timesUs").getLong("wait")).isEqualTo(1_610_000);
        assertThat(json.getJsonObject("cold"))
                .isEqualTo(new JsonObject()
                        .put("reason", "evicted")
                        .put("agoMs", 41_000L)
                        .put("for", "video")
                        .put("wantedBytes", 1024 * MIB)
                        .put("freeBytes", 380 * MIB));
        assertThat(json.getJsonObject("truth").getLong("cpuUs")).isEqualTo(280_000);
        assertThat(json.getJsonObject("truth").getString("peakOf")).isEqualTo("call");
        assertThat(json.getJsonObject("end").getBoolean("ok")).isTrue();
        assertThat(json.getJsonObject("refused")).isNull();
    }

    @Test
    void jsonOfARefusal() {
        JsonObject json = WhyJson.of(record(refused(
                Refused.NO_ROOM,
                new Shortage(MIB, 0, 2 * MIB, 0, "", List.of(new Shortage.Holder("video", 3 * MIB, 0))))));

        Schemas.assertValid("Call", json);
        assertThat(json.getJsonObject("refused").getString("reason")).isEqualTo("no_room");
        assertThat(json.getJsonObject("shortage").getString("resource")).isEqualTo("memory");
        assertThat(json.getJsonObject("shortage")
                        .getJsonArray("holders")
                        .getJsonObject(0)
                        .getString("image"))
                .isEqualTo("video");
        assertThat(json.getJsonObject("end").getInteger("wire")).isEqualTo(503);
    }
}
