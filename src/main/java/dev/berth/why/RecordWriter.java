package dev.berth.why;

import dev.berth.call.ContainerTimings;
import dev.berth.call.SlotAnnotation;
import dev.berth.error.RunnerException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Writes calls into a record, without a new object for one that went as most do. Confined to one thread. */
final class RecordWriter {
    private static final long MIB = 1L << 20;

    private final ByteBuffer record;
    private final Texts texts;

    /** @param record of {@link Layout#BYTES}, written from its beginning */
    RecordWriter(ByteBuffer record, Texts texts) {
        this.record = record;
        this.texts = texts;
    }

    /**
     * All but the stamp. The id is there already, by {@link #id}.
     *
     * @param sample whether it is kept only as a sample
     */
    void write(EndedCall call, boolean sample) {
        record.putLong(Layout.KEY, call.key() == null ? 0 : call.key().hash64());
        record.putInt(Layout.IMAGE, texts.number(call.image()));
        record.putInt(Layout.APP, texts.number(call.appId()));
        record.putInt(Layout.FUNCTION, texts.number(call.fnId()));
        record.putLong(Layout.ARRIVED, call.arrivedMillis());
        record.putInt(Layout.WAIT, micros(call.waitNanos()));
        record.putInt(Layout.RUN, micros(call.runNanos()));
        record.putInt(Layout.HEAD, micros(call.headNanos()));
        record.putLong(Layout.REQUEST_BYTES, call.requestBytes());
        record.putLong(Layout.RESPONSE_BYTES, call.responseBytes());
        flag(Layout.STARTED, call.started());
        flag(Layout.SAMPLED, sample);
        timings(call.timings());
        facts(call.facts());
        journey(call.journey());
        ignored(call.ignored());
        ran(call.ran());
        end(call.error());
        trace(call.traceId());
    }

    /** Clears the record and writes the id, which stands for it. */
    void id(String id) {
        for (int at = 0; at < Layout.BYTES; at += Long.BYTES) {
            record.putLong(at, 0);
        }
        record.put(Layout.ID_KIND, CallIds.put(record, Layout.ID, id));
    }

    private void flag(int flag, boolean set) {
        byte flags = record.get(Layout.FLAGS);
        record.put(Layout.FLAGS, (byte) (set ? flags | flag : flags & ~flag));
    }

    private void timings(ContainerTimings timings) {
        record.putInt(Layout.PULL, micros(timings.imagePull()));
        record.putInt(Layout.PREPARE, micros(timings.prepare()));
        record.putInt(Layout.CREATE, micros(timings.create()));
        record.putInt(Layout.INIT, micros(timings.init()));
    }

    /** Also of a record that is there already: a registry may tell late. */
    void facts(SlotFacts facts) {
        record.put(Layout.START, (byte) Places.of(facts.start()));
        record.put(Layout.WAITED, (byte) Places.of(facts.waited()));
        record.put(Layout.REFUSED, (byte) Places.of(facts.refused()));
        record.putShort(Layout.AHEAD, small(facts.ahead()));
        record.putShort(Layout.BUSY, small(facts.busy()));
        cold(facts.cold());
        shortage(facts.shortage());
    }

    private void cold(@Nullable ColdCause cause) {
        if (cause == null) {
            return;
        }
        record.put(Layout.COLD, (byte) (Places.of(cause.reason()) + 1));
        record.putInt(Layout.COLD_AGO, saturated(cause.agoMillis()));
        record.putInt(Layout.COLD_NUMBER, saturated(cause.number()));
        record.putInt(Layout.COLD_OTHER, texts.number(cause.other()));
        record.putInt(Layout.COLD_WANTED_MIB, saturated(cause.wantedBytes() / MIB));
        record.putInt(Layout.COLD_FREE_MIB, saturated(cause.freeBytes() / MIB));
    }

    private void shortage(@Nullable Shortage shortage) {
        flag(Layout.SHORTAGE, shortage != null);
        if (shortage == null) {
            return;
        }
        record.putInt(Layout.MISSING_MIB, saturated(roundedUp(shortage.missingBytes())));
        record.putInt(Layout.MISSING_CPU, saturated(shortage.missingCpuMillis()));
        record.putInt(Layout.WANTED_MIB, saturated(shortage.wantedBytes() / MIB));
        record.putInt(Layout.WANTED_CPU, saturated(shortage.wantedCpuMillis()));
        record.putInt(Layout.FIRST, texts.number(shortage.first()));
        List<Shortage.Holder> holders = shortage.holders();
        for (int i = 0; i < Shortage.MAX_HOLDERS && i < holders.size(); i++) {
            int at = Layout.HOLDERS + i * Layout.HOLDER_BYTES;
            Shortage.Holder holder = holders.get(i);
            record.putInt(at, texts.number(holder.image()));
            record.putInt(
                    at + Integer.BYTES, saturated(shortage.ofMemory() ? holder.bytes() / MIB : holder.cpuMillis()));
        }
    }

    private void journey(@Nullable Journey journey) {
        if (journey == null) {
            return;
        }
        record.put(Layout.LOST_SLOTS, (byte) Math.min(Byte.MAX_VALUE, journey.lostSlots()));
        List<Try> tries = journey.tries();
        for (int i = 0; i < Layout.MAX_TRIES && i < tries.size(); i++) {
            int at = Layout.TRIES + i * Layout.TRY_BYTES;
            record.putInt(at, texts.number(tries.get(i).node()));
            record.put(at + Integer.BYTES, (byte) Places.of(tries.get(i).outcome()));
            record.putInt(at + Integer.BYTES + 1, saturated(tries.get(i).micros()));
        }
    }

    private void ignored(Set<SlotAnnotation> ignored) {
        int bits = 0;
        for (SlotAnnotation each : ignored) {
            bits |= 1 << Places.of(each);
        }
        record.put(Layout.IGNORED, (byte) bits);
    }

    private void ran(RunFacts ran) {
        record.putInt(Layout.WAKE, micros(ran.wakeNanos()));
        flag(Layout.WOKEN_BY_ENGINE, ran.wokenByEngine());
        record.put(Layout.FATE, (byte) Places.of(ran.fate().kind()));
        record.put(Layout.FATE_CODE, (byte) ran.fate().code());
        truth(ran.truth());
    }

    /** Also of a record that is there already: short calls are measured after their end. */
    void truth(Truth truth) {
        record.putInt(Layout.CPU, truth.known() ? saturated(truth.cpuMicros()) : -1);
        record.putInt(Layout.THROTTLED, saturated(truth.throttledMicros()));
        record.putInt(Layout.PEAK_KIB, saturated(truth.peakBytes() >> 10));
        record.putInt(Layout.LIMIT_MIB, saturated(truth.limitBytes() / MIB));
        flag(Layout.PEAK_OF_CALL, truth.peakOfCall());
    }

    private void end(@Nullable RunnerException error) {
        if (error == null) {
            return;
        }
        flag(Layout.FAILED, true);
        record.putShort(Layout.CODE, (short) error.code().number());
        record.putShort(Layout.WIRE, (short) error.wireCode());
        String text = error.getMessage();
        record.putInt(
                Layout.ERROR_TEXT, texts.number(text == null ? error.code().text() : text));
    }

    private void trace(@Nullable String id) {
        if (id != null && id.length() == 4 * Integer.BYTES * 2) {
            flag(Layout.TRACED, true);
            record.putLong(Layout.TRACE, Long.parseUnsignedLong(id, 0, 16, 16));
            record.putLong(Layout.TRACE + Long.BYTES, Long.parseUnsignedLong(id, 16, 32, 16));
        }
    }

    /** The record is asked for once more. */
    static void again(ByteBuffer record) {
        record.putShort(Layout.ASKED, small(Short.toUnsignedInt(record.getShort(Layout.ASKED)) + 1));
    }

    private static int micros(long nanos) {
        return saturated(TimeUnit.NANOSECONDS.toMicros(nanos));
    }

    private static long roundedUp(long bytes) {
        return bytes / MIB + (bytes % MIB > 0 ? 1 : 0);
    }

    private static int saturated(long value) {
        return (int) Math.max(0, Math.min(Integer.MAX_VALUE, value));
    }

    private static short small(int value) {
        return (short) Math.max(0, Math.min(0xFFFF, value));
    }
}
