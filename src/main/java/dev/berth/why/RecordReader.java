package dev.berth.why;

import dev.berth.call.ContainerTimings;
import dev.berth.call.SlotAnnotation;
import dev.berth.error.ErrorCode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Reads a copy of a record. Of texts that have been forgotten since there is a question mark. */
final class RecordReader {
    private static final long MIB = 1L << 20;

    private final ByteBuffer record;
    private final Texts texts;

    RecordReader(ByteBuffer record, Texts texts) {
        this.record = record;
        this.texts = texts;
    }

    /**
     * @param id if it is known; null: as far as it is in the record
     * @param node the name of the node whose record it is
     * @param names of nodes, by incarnation
     */
    CallRecord read(@Nullable String id, String node, UnaryOperator<String> names) {
        return new CallRecord(
                id == null ? CallIds.get(record, Layout.ID, record.get(Layout.ID_KIND)) : id,
                node,
                text(Layout.IMAGE),
                text(Layout.APP),
                text(Layout.FUNCTION),
                record.getLong(Layout.KEY),
                record.getLong(Layout.ARRIVED),
                has(Layout.STARTED),
                new CallRecord.Times(record.getInt(Layout.WAIT), record.getInt(Layout.HEAD), record.getInt(Layout.RUN)),
                new ContainerTimings(
                        nanos(Layout.PULL), nanos(Layout.PREPARE), nanos(Layout.CREATE), nanos(Layout.INIT)),
                new SlotFacts(
                        Places.at(SlotFacts.Start.values(), record.get(Layout.START)),
                        Places.at(SlotFacts.Waited.values(), record.get(Layout.WAITED)),
                        small(Layout.AHEAD),
                        small(Layout.BUSY),
                        cold(),
                        Places.at(SlotFacts.Refused.values(), record.get(Layout.REFUSED)),
                        shortage()),
                small(Layout.ASKED),
                record.get(Layout.LOST_SLOTS),
                tries(names),
                ignored(),
                end(),
                ran(),
                record.getLong(Layout.REQUEST_BYTES),
                record.getLong(Layout.RESPONSE_BYTES),
                has(Layout.TRACED)
                        ? String.format(
                                "%016x%016x", record.getLong(Layout.TRACE), record.getLong(Layout.TRACE + Long.BYTES))
                        : null,
                has(Layout.SAMPLED));
    }

    private @Nullable ColdCause cold() {
        int reason = record.get(Layout.COLD);
        return reason == 0
                ? null
                : new ColdCause(
                        Places.at(ColdCause.Reason.values(), reason - 1),
                        record.getInt(Layout.COLD_AGO),
                        record.getInt(Layout.COLD_NUMBER),
                        text(Layout.COLD_OTHER),
                        record.getInt(Layout.COLD_WANTED_MIB) * MIB,
                        record.getInt(Layout.COLD_FREE_MIB) * MIB);
    }

    private @Nullable Shortage shortage() {
        if (!has(Layout.SHORTAGE)) {
            return null;
        }
        long missingBytes = record.getInt(Layout.MISSING_MIB) * MIB;
        long missingCpu = record.getInt(Layout.MISSING_CPU);
        boolean ofMemory = missingBytes > 0 || missingCpu == 0;
        List<Shortage.Holder> holders = new ArrayList<>();
        for (int i = 0; i < Shortage.MAX_HOLDERS; i++) {
            int at = Layout.HOLDERS + i * Layout.HOLDER_BYTES;
            int image = record.getInt(at);
            int amount = record.getInt(at + Integer.BYTES);
            if (image != Texts.NONE) {
                holders.add(new Shortage.Holder(texts.text(image), ofMemory ? amount * MIB : 0, ofMemory ? 0 : amount));
            }
        }
        return new Shortage(
                missingBytes,
                missingCpu,
                record.getInt(Layout.WANTED_MIB) * MIB,
                record.getInt(Layout.WANTED_CPU),
                text(Layout.FIRST),
                holders);
    }

    private List<Try> tries(UnaryOperator<String> names) {
        List<Try> tries = new ArrayList<>();
        for (int i = 0; i < Layout.MAX_TRIES; i++) {
            int at = Layout.TRIES + i * Layout.TRY_BYTES;
            int node = record.getInt(at);
            if (node != Texts.NONE) {
                tries.add(new Try(
                        names.apply(texts.text(node)),
                        Places.at(Try.Outcome.values(), record.get(at + Integer.BYTES)),
                        record.getInt(at + Integer.BYTES + 1)));
            }
        }
        return tries;
    }

    private Set<SlotAnnotation> ignored() {
        Set<SlotAnnotation> ignored = EnumSet.noneOf(SlotAnnotation.class);
        for (SlotAnnotation each : SlotAnnotation.values()) {
            if ((record.get(Layout.IGNORED) & 1 << Places.of(each)) != 0) {
                ignored.add(each);
            }
        }
        return ignored;
    }

    private CallRecord.@Nullable End end() {
        return has(Layout.FAILED)
                ? new CallRecord.End(
                        ErrorCode.ofNumber(record.getShort(Layout.CODE)), small(Layout.WIRE), text(Layout.ERROR_TEXT))
                : null;
    }

    private RunFacts ran() {
        return new RunFacts(
                nanos(Layout.WAKE),
                has(Layout.WOKEN_BY_ENGINE),
                new ContainerFate(
                        Places.at(ContainerFate.Kind.values(), record.get(Layout.FATE)),
                        Byte.toUnsignedInt(record.get(Layout.FATE_CODE))),
                new Truth(
                        record.getInt(Layout.CPU),
                        record.getInt(Layout.THROTTLED),
                        (long) record.getInt(Layout.PEAK_KIB) << 10,
                        record.getInt(Layout.LIMIT_MIB) * MIB,
                        has(Layout.PEAK_OF_CALL)));
    }

    private boolean has(int flag) {
        return (record.get(Layout.FLAGS) & flag) != 0;
    }

    private String text(int at) {
        return texts.text(record.getInt(at));
    }

    private int small(int at) {
        return Short.toUnsignedInt(record.getShort(at));
    }

    private long nanos(int at) {
        return TimeUnit.MICROSECONDS.toNanos(record.getInt(at));
    }
}
