package dev.berth.registry;

import dev.berth.registry.Trace.BadTraceException;
import dev.berth.registry.Trace.Call;
import dev.berth.registry.Trace.Function;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes a {@link Trace} of the access log of a runner, as JSON lines. Other lines may be among them. */
final class AccessTrace {
    private static final String CALL = "call";
    private static final long UNKNOWN_START_MICROS = Starts.UNKNOWN_NANOS / 1000;

    private final long memoryMiB;
    private final Map<String, Integer> byName = new HashMap<>();
    private final List<String> names = new ArrayList<>();
    private final Map<String, Long> starts = new HashMap<>();
    private final List<Call> calls = new ArrayList<>();

    private AccessTrace(long memoryMiB) {
        this.memoryMiB = memoryMiB;
    }

    /** @param memoryMiB of all functions, which the log does not tell */
    static Trace read(String first, BufferedReader lines, long memoryMiB) throws IOException, BadTraceException {
        AccessTrace log = new AccessTrace(memoryMiB);
        long number = 1;
        for (String line = first; line != null; line = lines.readLine(), number++) {
            log.line(line, number);
        }
        return log.trace();
    }

    private void line(String line, long number) throws BadTraceException {
        try {
            JsonObject json = new JsonObject(line);
            Long ran = json.getLong("ranUs");
            if (CALL.equals(json.getString("msg")) && ran != null) {
                call(json, ran);
            }
        } catch (DecodeException | ClassCastException | DateTimeParseException | NullPointerException bad) {
            throw new BadTraceException(number, "is neither of a trace nor a line of the access log: " + bad);
        }
    }

    /** The line is written when the call is over. */
    private void call(JsonObject json, long ran) {
        String name = json.getString("app") + "/" + json.getString("fn");
        long end = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.parse(json.getString("time")));
        int index = byName.computeIfAbsent(name, none -> {
            names.add(name);
            return names.size() - 1;
        });
        long start = json.getLong("createUs", 0L) + json.getLong("initUs", 0L);
        if (start > 0) {
            starts.merge(name, start, Math::min);
        }
        calls.add(new Call(end - ran - json.getLong("waitedUs", 0L), index, ran));
    }

    private Trace trace() {
        calls.sort(Comparator.comparingLong(Call::atMicros));
        long first = calls.isEmpty() ? 0 : calls.get(0).atMicros();
        List<Function> functions = names.stream()
                .map(name -> new Function(name, memoryMiB, 0, 0, starts.getOrDefault(name, UNKNOWN_START_MICROS)))
                .toList();
        return new Trace(
                functions,
                calls.stream()
                        .map(call -> new Call(call.atMicros() - first, call.function(), call.micros()))
                        .toList());
    }
}
