package dev.berth.why;

import dev.berth.error.Blame;
import dev.berth.error.ErrorCode;
import dev.berth.why.SlotFacts.Start;
import dev.berth.why.SlotFacts.Waited;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A record as one person would tell it to another: what happened to the call, and because of what. */
public final class WhyText {
    private static final int REFUSED = 503;
    private static final long SHORT_WAIT_MICROS = 10_000;
    private static final int FIRST_SIGNAL = 128;

    private final CallRecord call;

    private WhyText(CallRecord call) {
        this.call = call;
    }

    /** What happened, and why: the sentences without the figures. */
    public static String sentences(CallRecord call) {
        return new WhyText(call).said();
    }

    /** The same with a second line of where the time went, and the processor time and memory. */
    public static String of(CallRecord call) {
        WhyText text = new WhyText(call);
        String figures = text.figures();
        return text.said() + (figures.isEmpty() ? "" : "\n " + figures);
    }

    private String said() {
        List<String> sentences = new ArrayList<>();
        sentences.add(verdict());
        String reason = reason();
        if (!reason.isEmpty()) {
            sentences.add(reason);
        }
        if (call.lostSlots() > 0) {
            sentences.add("It won and lost a slot " + times(call.lostSlots())
                    + ": the container had gone before the call reached it");
        }
        if (call.asked() > 0) {
            sentences.add("It came " + call.asked() + " more " + (call.asked() == 1 ? "time" : "times")
                    + " within seconds, and was refused again");
        }
        call.ignored().stream()
                .sorted()
                .forEach(each -> sentences.add(
                        "The function's annotation " + each.key() + " does not count: it is not " + each.range()));
        return String.join(". ", sentences);
    }

    private String verdict() {
        CallRecord.End end = call.end();
        if (end == null) {
            return call.id() + " ok in " + Amounts.micros(call.times().total()) + where() + briefReason();
        }
        if (end.wire() == REFUSED) {
            return call.id() + " not run (503): " + refusal(end);
        }
        if (end.code() == ErrorCode.CANCELLED) {
            return call.id() + " given up by its caller after "
                    + Amounts.micros(call.times().total()) + where()
                    + (call.started() ? "" : ", while it waited")
                    + (end.text().equals(ErrorCode.CANCELLED.text()) ? "" : ": " + end.text());
        }
        return call.id() + " failed (" + end.wire() + "), " + fault(end.code().blame()) + ": " + end.text() + ", after "
                + Amounts.micros(
                        call.started() ? call.times().run() : call.times().waited()) + where()
                + fate() + tooBig() + outOfMemoryPerhaps(end.code());
    }

    private String tooBig() {
        Shortage shortage = call.facts().shortage();
        return call.facts().refused() != SlotFacts.Refused.TOO_BIG || shortage == null
                ? ""
                : ". It wanted " + wanted(shortage) + ", " + missing(shortage) + " more than the node has when empty";
    }

    /** The account of a container's end may come too late to be told; this much is certain. */
    private String outOfMemoryPerhaps(ErrorCode code) {
        Truth truth = call.ran().truth();
        boolean brokenOff = code == ErrorCode.RESPONSE_BROKEN || code == ErrorCode.REQUEST_PIPE_CLOSED;
        return brokenOff && truth.limitBytes() > 0 && truth.peakBytes() >= truth.limitBytes()
                ? ". Its container's memory had come to the limit"
                : "";
    }

    private String where() {
        String node = call.ranElsewhere();
        return node == null ? "" : " on " + node;
    }

    private static String fault(Blame blame) {
        return switch (blame) {
            case FUNCTION -> "the function's fault";
            case CALLER -> "the caller's fault";
            case CAPACITY -> "for want of room";
            case PLATFORM -> "the runner's or its machine's fault";
            case NOBODY -> "nobody's fault";
        };
    }

    /** What is short enough for the first sentence. */
    private String briefReason() {
        SlotFacts facts = call.facts();
        if (facts.start() == Start.WOKEN) {
            long wake = micros(call.ran().wakeNanos());
            String by = call.ran().wokenByEngine() ? " (by the engine; see doctor)" : "";
            return wake > 0
                    ? ", " + Amounts.micros(wake) + " of them waking a frozen container" + by
                    : ", from a container that was frozen";
        }
        if (facts.start() != Start.COLD && call.times().waited() >= SHORT_WAIT_MICROS) {
            return waited(facts);
        }
        return atOnce(facts);
    }

    private String atOnce(SlotFacts facts) {
        String ahead = ", from a container that was started ahead of it, as its calls come regularly";
        return (facts.start() == Start.FORESEEN ? ahead : "") + elsewhere();
    }

    private String waited(SlotFacts facts) {
        String wait = ", " + Amounts.micros(call.times().waited());
        return switch (facts.waited()) {
            case BUSY ->
                wait + " behind " + counted(facts.ahead() + 1, "call") + ": " + allBusy(facts.busy()) + noneMore(facts);
            case SOONER ->
                wait + " behind " + counted(facts.ahead() + 1, "call") + ": " + allBusy(facts.busy())
                        + ", and starting one more was to take longer";
            case ROOM_COMING -> wait + " until containers that were ending had given back their room";
            case BEHIND_BIG -> wait + behindBig(facts.shortage());
            case OTHERS_START, OWN_START, START_AHEAD -> wait + " until a container had started";
            case NOTHING -> atOnce(facts);
        };
    }

    private static String allBusy(int busy) {
        if (busy == 0) {
            return "the first was starting still";
        }
        return busy == 1 ? "the only one was busy" : "all " + busy + " busy";
    }

    private static String noneMore(SlotFacts facts) {
        Shortage shortage = facts.shortage();
        return shortage == null ? "" : ", no room for one more (" + missing(shortage) + " missing)";
    }

    private static String behindBig(@Nullable Shortage shortage) {
        return shortage == null || shortage.first().isEmpty()
                ? " behind a call for which there was no room"
                : " behind " + shortage.first() + ", which wanted " + wanted(shortage);
    }

    /** What was tried on other nodes, where that is all there is to tell. */
    private String elsewhere() {
        if (call.tries().isEmpty()) {
            return "";
        }
        StringJoiner told = new StringJoiner(", ", ": " + call.node() + " had none idle, ", "");
        for (Try each : call.tries()) {
            String after = " after " + Amounts.micros(each.micros());
            told.add(
                    switch (each.outcome()) {
                        case GRANTED -> each.node() + " took it" + after;
                        case REFUSED -> each.node() + " refused" + after;
                        case UNANSWERED -> each.node() + " did not answer within " + Amounts.micros(each.micros());
                    });
        }
        return told.toString();
    }

    private String reason() {
        ColdCause cold = call.facts().cold();
        if (call.facts().start() != Start.COLD || cold == null) {
            return "";
        }
        String wait = switch (call.facts().waited()) {
            case OTHERS_START -> "Slow: it waited for a container that was started for another call";
            case START_AHEAD -> "Slow: a container had been started ahead of it, but was not up yet";
            default -> "Slow: a container had to be started";
        };
        return (call.end() == null ? wait : "A container had been started for it") + ". " + because(cold)
                + lineBefore();
    }

    private String because(ColdCause cold) {
        String ago = cold.agoMillis() > 0 ? " " + Amounts.millis(cold.agoMillis()) + " earlier" : "";
        String name = call.image();
        return switch (cold.reason()) {
            case FIRST ->
                "It is the first call of " + name
                        + " with its configuration since the node started, or since that is forgotten";
            case ALL_BUSY ->
                cold.number() == 1
                        ? "The only one of " + name + " was busy"
                        : "All " + cold.number() + " of " + name + " were busy";
            case EVICTED ->
                "The idle one of " + name + " was evicted" + ago + " for " + cold.other()
                        + (cold.wantedBytes() > 0
                                ? " (" + Amounts.bytes(cold.wantedBytes()) + " wanted, "
                                        + Amounts.bytes(cold.freeBytes()) + " free)"
                                : "");
            case EXPIRED ->
                "The last one of " + name + " was removed" + ago + " because it had been idle for "
                        + Amounts.millis(cold.number());
            case EXITED -> "The last one of " + name + " had ended by itself" + ago + " (" + exit(cold.number()) + ")";
            case OUT_OF_MEMORY -> "The last one of " + name + " had run out of memory" + ago;
            case BROKE -> "The last one of " + name + " was removed" + ago + " because its call may have spoilt it";
            case LAUNCH_FAILED -> "The last one of " + name + " had not come up" + ago;
            case ONE_SHOT -> "Each container of " + name + " runs one call";
            case CLEARED -> "The last one of " + name + " was removed" + ago + " by an operator";
            case SLOT_LOST ->
                "The last one of " + name + " had gone" + ago + ": nobody was there when a call came that had won it";
            case NOT_CALLED ->
                "The last one of " + name + ", started ahead of a call that did not come, was removed" + ago;
            case LOST, UNKNOWN -> "The last one of " + name + " was lost" + ago;
        };
    }

    /** What it had to wait for before the container was started. */
    private String lineBefore() {
        Shortage shortage = call.facts().shortage();
        if (call.facts().waited() == Waited.BEHIND_BIG) {
            return ". Before that it waited" + behindBig(shortage);
        }
        return shortage == null ? "" : ". There was no room for it at first (" + missing(shortage) + " missing)";
    }

    static String exit(long code) {
        return code > FIRST_SIGNAL ? "signal " + (code - FIRST_SIGNAL) : "exit code " + code;
    }

    private String fate() {
        ContainerFate fate = call.ran().fate();
        return fate.kind() == ContainerFate.Kind.RUNS_ON ? ". Its container runs on" : "";
    }

    private String refusal(CallRecord.End end) {
        SlotFacts facts = call.facts();
        return switch (facts.refused()) {
            case DEADLINE -> Amounts.micros(call.times().waited()) + " deadline passed in the queue" + held(facts);
            case NO_ROOM -> "no room, and nobody is kept waiting for it here" + held(facts);
            case WAITERS_FULL -> "as many calls wait here as may (registry.maxWaiters)";
            case DRAINING -> "the node is draining";
            case TOO_BIG -> "not even an empty node could take such a container";
            case NOT_HERE -> "nothing was there without waiting" + tried();
            case REGISTRY_SILENT -> "the slot registry did not answer" + tried();
            case ENGINE_GONE -> "the container engine does not answer, and none was idle";
            case LAUNCH_FAILED -> "the container that was started for it did not come up: " + end.text();
            case ASKER_LOST -> "the node it came from was lost";
            case SLOT_LOST -> "each slot that it won had gone before the call reached it";
            case NONE -> end.text() + tried();
        };
    }

    private String tried() {
        return call.tries().isEmpty() ? "" : elsewhere();
    }

    /** Who is first in line, what is missing, and who has it. */
    private String held(SlotFacts facts) {
        Shortage shortage = facts.shortage();
        if (shortage == null) {
            return facts.busy() > 0
                    ? ". It was behind " + counted(facts.ahead() + 1, "call") + ", " + allBusy(facts.busy())
                    : "";
        }
        String first = shortage.first().isEmpty() ? "It wanted " : "First was " + shortage.first() + " (";
        StringBuilder told = new StringBuilder(". ").append(first).append(wanted(shortage));
        told.append(", ").append(missing(shortage)).append(" missing");
        told.append(shortage.first().isEmpty() ? "" : ")");
        if (!shortage.holders().isEmpty()) {
            StringJoiner holders = new StringJoiner(", ", "; held by ", "");
            for (Shortage.Holder holder : shortage.holders()) {
                holders.add(holder.image() + " "
                        + (shortage.ofMemory() ? Amounts.bytes(holder.bytes()) : Amounts.cpu(holder.cpuMillis())));
            }
            told.append(holders);
        }
        return told.toString();
    }

    private static String wanted(Shortage shortage) {
        return shortage.ofMemory() ? Amounts.bytes(shortage.wantedBytes()) : Amounts.cpu(shortage.wantedCpuMillis());
    }

    private static String missing(Shortage shortage) {
        List<String> missing = new ArrayList<>();
        if (shortage.ofMemory()) {
            missing.add(Amounts.bytes(shortage.missingBytes()));
        }
        if (shortage.missingCpuMillis() > 0) {
            missing.add(Amounts.cpu(shortage.missingCpuMillis()));
        }
        return String.join(" and ", missing);
    }

    private String figures() {
        StringJoiner figures = new StringJoiner(", ");
        CallRecord.Times times = call.times();
        if (times.waited() >= 1000 || !call.started()) {
            figures.add("waited " + Amounts.micros(times.waited()) + phases());
        }
        if (call.started()) {
            figures.add("ran " + Amounts.micros(times.run()));
        }
        Truth truth = call.ran().truth();
        if (truth.known()) {
            figures.add("CPU " + Amounts.micros(truth.cpuMicros()));
        }
        if (truth.throttledMicros() > 0) {
            figures.add("throttled " + Amounts.micros(truth.throttledMicros()));
        }
        if (truth.peakBytes() > 0) {
            figures.add("peak " + Amounts.bytes(truth.peakBytes())
                    + (truth.limitBytes() > 0 ? " of " + Amounts.bytes(truth.limitBytes()) : "")
                    + (truth.peakOfCall() ? "" : " since its start"));
        }
        if (call.requestBytes() > 0 || call.responseBytes() > 0) {
            figures.add(Amounts.count(call.requestBytes()) + " in");
            figures.add(Amounts.count(call.responseBytes()) + " out");
        }
        return figures.toString();
    }

    private String phases() {
        StringJoiner phases = new StringJoiner(", ", " (", ")").setEmptyValue("");
        phase(phases, "pull", call.timings().imagePull());
        phase(phases, "prepare", call.timings().prepare());
        phase(phases, "create", call.timings().create());
        phase(phases, "init", call.timings().init());
        return phases.toString();
    }

    private static void phase(StringJoiner phases, String name, long nanos) {
        long micros = micros(nanos);
        if (micros >= 1000) {
            phases.add(name + " " + Amounts.micros(micros));
        }
    }

    private static String counted(int count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }

    private static String times(int count) {
        return count == 1 ? "once" : count + " times";
    }

    private static long micros(long nanos) {
        return TimeUnit.NANOSECONDS.toMicros(nanos);
    }
}
