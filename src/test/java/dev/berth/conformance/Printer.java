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

/** A function of an application of its own that prints, and what has been collected of it. */
final class Printer {
    final String app = UUID.randomUUID().toString();
    private final LiveRunner runner;

    Printer(LiveRunner runner) {
        this.runner = runner;
    }

    CallDoc doc(String program) {
        return CallDoc.of(program).with("app_id", app).with("fn_id", "printer");
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

    /** A collector, and nothing left to collect of what has been printed up to now. */
    LogCollector nothingElse() {
        LogCollector collector = LogCollector.started(runner.client());
        String end = "end-" + UUID.randomUUID();
        print("read; stdout " + end + "; send ok");
        collect(collector, line -> line.endsWith(end));
        return collector;
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
        LogCollector collector = LogCollector.started(runner.client());
        List<String> lines = collect(collector, last);
        collector.stream.halfClose().result();
        return lines;
    }

    /** As {@link #collect}, of one batch. */
    List<String> own(LogResponseMsg batch) {
        return LogCollector.texts(batch).stream()
                .filter(line -> line.startsWith(app))
                .toList();
    }

    /** How its line is told. */
    String line(CallDoc call, String sourceAndText) {
        return line(call.id(), sourceAndText);
    }

    /** @param call empty: of no call */
    String line(String call, String sourceAndText) {
        return "%s/printer/%s %s".formatted(app, call, sourceAndText);
    }
}
