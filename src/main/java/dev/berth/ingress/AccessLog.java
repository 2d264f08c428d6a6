package dev.berth.ingress;

import dev.berth.error.RunnerException;
import dev.berth.observe.CallKeys;
import dev.berth.observe.LogSetup;
import dev.berth.why.ColdCause;
import dev.berth.why.EndedCall;
import dev.berth.why.SlotFacts;
import dev.berth.why.Truth;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/** A line for each call, where that is wanted. What is zero or not known is left out. */
final class AccessLog {
    private static final Logger LOG = LoggerFactory.getLogger(LogSetup.ACCESS);

    private AccessLog() {}

    static boolean on() {
        return LOG.isInfoEnabled();
    }

    static void write(EndedCall call, @Nullable String requestId, Truth truth) {
        LoggingEventBuilder line = CallKeys.add(LOG.atInfo(), call.callId(), requestId)
                .addKeyValue("app", call.appId())
                .addKeyValue("fn", call.fnId())
                .addKeyValue("image", call.image());
        line = end(line, call.error());
        line = micros(line, "waitedUs", call.waitNanos());
        line = micros(line, "ranUs", call.runNanos());
        line = micros(line, "headUs", call.headNanos());
        line = line.addKeyValue("in", call.requestBytes()).addKeyValue("out", call.responseBytes());
        line = facts(line, call.facts());
        line = micros(line, "pullUs", call.timings().imagePull());
        line = micros(line, "createUs", call.timings().create());
        line = micros(line, "initUs", call.timings().init());
        line = micros(line, "wakeUs", call.ran().wakeNanos());
        line = truth(line, truth);
        if (call.traceId() != null) {
            line = line.addKeyValue("trace", call.traceId());
        }
        line.log("call");
    }

    private static LoggingEventBuilder end(LoggingEventBuilder begun, @Nullable RunnerException error) {
        LoggingEventBuilder line = begun;
        line = line.addKeyValue("end", error == null ? "ok" : error.code().name());
        if (error != null) {
            line = line.addKeyValue("wire", error.wireCode())
                    .addKeyValue("blame", word(error.code().blame()))
                    .addKeyValue("error", String.valueOf(error.getMessage()));
        }
        return line;
    }

    private static LoggingEventBuilder facts(LoggingEventBuilder begun, SlotFacts facts) {
        LoggingEventBuilder line = begun;
        line = line.addKeyValue("start", word(facts.start()));
        ColdCause cold = facts.cold();
        if (cold != null) {
            line = line.addKeyValue("cold", word(cold.reason()));
        }
        if (facts.waited() != SlotFacts.Waited.NOTHING) {
            line = line.addKeyValue("waitedFor", word(facts.waited()));
        }
        if (facts.refused() != SlotFacts.Refused.NONE) {
            line = line.addKeyValue("refused", word(facts.refused()));
        }
        return line;
    }

    private static LoggingEventBuilder truth(LoggingEventBuilder begun, Truth truth) {
        LoggingEventBuilder line = begun;
        if (truth.known()) {
            line = line.addKeyValue("cpuUs", truth.cpuMicros()).addKeyValue("throttledUs", truth.throttledMicros());
            if (truth.peakBytes() > 0) {
                line = line.addKeyValue(truth.peakOfCall() ? "peakBytes" : "containerPeakBytes", truth.peakBytes());
            }
        }
        return line;
    }

    private static LoggingEventBuilder micros(LoggingEventBuilder begun, String key, long nanos) {
        LoggingEventBuilder line = begun;
        if (nanos > 0) {
            line = line.addKeyValue(key, TimeUnit.NANOSECONDS.toMicros(nanos));
        }
        return line;
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
