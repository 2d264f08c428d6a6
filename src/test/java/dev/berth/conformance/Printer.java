package dev.berth.conformance;

import static dev.berth.ingress.LogCollector.ACK;
import static dev.berth.ingress.LogCollector.READY;

import dev.berth.ingress.EngageCall;
import dev.berth.ingress.LogCollector;
import dev.berth.proto.LogResponseMsg;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;

/** A function that prints, of which all has been collected before a test, and what is collected of it then. */
final class Printer {
    private static final String APP = "printing";
    private static final String FUNCTION = "printer";

    private final LiveRunner runner;

    Printer(LiveRunner runner) {
        this.runner = runner;
        String end = "end-" + UUID.randomUUID();
        print("read; stdout " + end + "; send ok");
        collect(line -> line.endsWith(end));
    }

    CallDoc doc(String program) {
        return printing(CallDoc.of(program));
    }

    /** The call as one of this function. */
    CallDoc printing(CallDoc doc) {
        return doc.with("app_id", APP).with("fn_id", FUNCTION);
    }

    /** Runs a call, and expects that it succeeds. */
    CallDoc print(String program) {
        CallDoc doc = doc(program);
        EngageCall.Result result = runner.run(doc);
        if (!result.finished().getSuccess()) {
            throw new AssertionError(result.finished());
        }
        return doc;
    }

    /** A collector that has not said Start. */
    LogCollector opened() {
        return new LogCollector(runner.client());
    }

    LogCollector collector() {
        return LogCollector.started(runner.client());
    }

    /** This function's lines, batch by batch until one is found: {@code app/fn/call source text}. */
    List<String> collect(LogCollector collector, Predicate<String> last) {
        List<String> lines = new ArrayList<>();
        while (lines.stream().noneMatch(last)) {
            lines.addAll(own(collector.say(READY).batch()));
            collector.say(ACK);
        }
        return lines;
    }

    /** Its lines by a collector of its own. */
    List<String> collect(Predicate<String> last) {
        LogCollector collector = collector();
        List<String> lines = collect(collector, last);
        collector.stream.halfClose().result();
        return lines;
    }

    /** As {@link #collect}, of one batch. */
    List<String> own(LogResponseMsg batch) {
        return LogCollector.texts(batch).stream()
                .filter(line -> line.startsWith(APP))
                .toList();
    }

    /** How its line is told. */
    String line(CallDoc call, String sourceAndText) {
        return line(call.id(), sourceAndText);
    }

    /** @param call empty: of no call */
    String line(String call, String sourceAndText) {
        return "%s/%s/%s %s".formatted(APP, FUNCTION, call, sourceAndText);
    }
}
