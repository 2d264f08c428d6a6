package dev.berth.trace;

import dev.berth.why.ColdCause;
import dev.berth.why.ContainerFate;
import dev.berth.why.RunFacts;
import dev.berth.why.Shortage;
import dev.berth.why.SlotFacts;
import dev.berth.why.Truth;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Span;
import java.util.Locale;

/** Why a call went as it did, as events of its spans. What is zero or not known is left out. */
final class WhyEvents {
    private static final String REASON = "reason";

    private WhyEvents() {}

    /** Of the span in which the call waited. */
    static void add(Span span, SlotFacts facts) {
        if (facts.waited() != SlotFacts.Waited.NOTHING) {
            AttributesBuilder waited = Attributes.builder().put("for", word(facts.waited()));
            positive(waited, "ahead", facts.ahead());
            positive(waited, "busy", facts.busy());
            span.addEvent("waited", waited.build());
        }
        ColdCause cold = facts.cold();
        if (cold != null) {
            AttributesBuilder started = Attributes.builder().put(REASON, word(cold.reason()));
            positive(started, "ago_ms", cold.agoMillis());
            if (!cold.other().isEmpty()) {
                started.put("for", cold.other());
            }
            if (cold.reason() == ColdCause.Reason.EXITED) {
                started.put("exit_code", cold.number());
            }
            span.addEvent("cold_start", started.build());
        }
        if (facts.refused() != SlotFacts.Refused.NONE) {
            AttributesBuilder refused = Attributes.builder().put(REASON, word(facts.refused()));
            Shortage shortage = facts.shortage();
            if (shortage != null) {
                positive(refused, "missing_bytes", shortage.missingBytes());
                positive(refused, "missing_cpu_millis", shortage.missingCpuMillis());
            }
            span.addEvent("refused", refused.build());
        }
    }

    /** Of the span in which the call ran. */
    static void add(Span span, RunFacts facts) {
        if (facts.wakeNanos() > 0) {
            span.addEvent(
                    "woken",
                    Attributes.builder()
                            .put("took_ns", facts.wakeNanos())
                            .put("by", facts.wokenByEngine() ? "engine" : "file")
                            .build());
        }
        Truth truth = facts.truth();
        if (truth.known()) {
            AttributesBuilder used = Attributes.builder().put("cpu_us", truth.cpuMicros());
            positive(used, "throttled_us", truth.throttledMicros());
            positive(used, "memory_peak_bytes", truth.peakBytes());
            span.addEvent("used", used.build());
        }
        ContainerFate fate = facts.fate();
        if (fate.kind() != ContainerFate.Kind.UNKNOWN) {
            AttributesBuilder became = Attributes.builder().put("became", word(fate.kind()));
            if (fate.kind() == ContainerFate.Kind.EXITED) {
                became.put("exit_code", fate.code());
            }
            span.addEvent("container", became.build());
        }
    }

    private static void positive(AttributesBuilder to, String name, long value) {
        if (value > 0) {
            to.put(name, value);
        }
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
