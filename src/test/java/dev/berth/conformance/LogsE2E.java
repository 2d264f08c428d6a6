package dev.berth.conformance;

import static dev.berth.ingress.LogCollector.ACK;
import static dev.berth.ingress.LogCollector.READY;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.ingress.LogCollector;
import dev.berth.proto.LogResponseMsg;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What functions print, from a container to a collector. */
@OnRunner(Profile.LOGS)
final class LogsE2E {
    /** A line of a flood, its end counted. */
    private static final int LINE = 64;

    private static final int LIMIT = Integer.parseInt(Profile.LOGS.settings().get("FN_MAX_LOG_SIZE_BYTES"));
    private static final int BUFFER = 4 << 20;
    private static final Pattern DROPPED = Pattern.compile("// STDERR -----log buffer full, (\\d+) lines dropped-----");

    @Test
    @Rule("output-stamp")
    @Rule("output-call")
    void linesCarryTheirCallTheirSourceAndTheirTime(LiveRunner runner) {
        Printer printer = new Printer(runner);
        LogCollector collector = printer.collector().say(READY);
        long before = System.currentTimeMillis();

        CallDoc first = printer.print("read; stdout one; stdout two; send ok; stdout three");

        LogResponseMsg batch = collector.batch();
        assertThat(batch.getData(0).getData(0).getData(0).getTimestamp()).isBetween(before, System.currentTimeMillis());
        List<String> lines = new ArrayList<>(printer.own(batch));
        collector.say(ACK);
        String third = printer.line(first, "STDOUT three");
        if (!lines.contains(third)) {
            lines.addAll(printer.collect(collector, third::equals));
        }
        assertThat(lines).containsExactly(printer.line(first, "STDOUT one"), printer.line(first, "STDOUT two"), third);
        CallDoc second = printer.print("read; stderr four; send ok");
        assertThat(printer.collect(collector, line -> true)).containsExactly(printer.line(second, "STDERR four"));
        collector.stream.halfClose().result();
    }

    @Test
    @Rule("output-call")
    void whatIsPrintedBetweenCallsIsNobodys(LiveRunner runner) {
        Printer printer = new Printer(runner);

        printer.print("read; send ok; end; later 600 stdout background");

        assertThat(printer.collect(line -> true)).containsExactly(printer.line("", "STDOUT background"));
    }

    @Test
    @Rule("output-limit")
    void outputOfACallIsCutAtItsLimit(LiveRunner runner) {
        Printer printer = new Printer(runner);
        LogCollector collector = printer.collector();

        CallDoc flood = printer.print("read; flood stdout " + 2 * LIMIT + "; send ok");

        String notice =
                printer.line(flood, "STDOUT -----max log size " + LIMIT + " bytes exceeded, truncating log-----");
        assertThat(printer.collect(collector, notice::equals))
                .hasSize(LIMIT / LINE + 1)
                .endsWith(notice);
        CallDoc next = printer.print("read; stdout next; send ok");
        String line = printer.line(next, "STDOUT next");
        assertThat(printer.collect(collector, line::equals)).endsWith(line);
        collector.stream.halfClose().result();
    }

    @Test
    @Rule("output-buffer")
    void aCollectorThatStopsNeitherHoldsFunctionsUpNorCostsMoreThanTheBuffer(LiveRunner runner) {
        Printer printer = new Printer(runner);
        LogCollector slow = printer.collector().say(READY);
        CallDoc first = printer.print("read; stdout first; send ok");
        assertThat(printer.own(slow.batch())).containsExactly(printer.line(first, "STDOUT first"));

        int floods = 12;
        int size = 200_000;
        for (int i = 0; i < floods; i++) {
            printer.print("read; flood stderr " + size + "; send ok");
        }
        CallDoc last = printer.print("read; stderr last; send ok");
        slow.stream.cancel();

        int kept = 0;
        long dropped = 0;
        LogCollector next = printer.collector();
        List<String> lines = new ArrayList<>();
        while (!lines.contains(printer.line(last, "STDERR last"))) {
            lines.addAll(LogCollector.texts(next.say(READY).batch()));
            next.say(ACK);
        }
        next.stream.halfClose().result();
        assertThat(lines.get(0)).isEqualTo(printer.line(first, "STDOUT first"));
        assertThat(lines.get(1)).matches(DROPPED);
        for (String line : lines.subList(1, lines.size())) {
            Matcher notice = DROPPED.matcher(line);
            if (notice.matches()) {
                dropped += Long.parseLong(notice.group(1));
            } else {
                kept++;
            }
        }
        assertThat(dropped + kept).isEqualTo(floods * (size / LINE) + 1);
        assertThat(kept * LINE).isLessThan(BUFFER);
    }

    @Test
    @Rule("output-last")
    void lastOutputOfAContainerThatEndsAreKept(LiveRunner runner) {
        Printer printer = new Printer(runner);
        CallDoc doc = printer.doc("read; stderr panic; exit 3");

        assertThat(runner.run(doc).finished().getErrorCode()).isEqualTo(502);

        assertThat(printer.collect(line -> true)).containsExactly(printer.line(doc, "STDERR panic"));
    }

    @Test
    @Rule("output-stdio")
    void stdoutOfALegacyFormatIsItsAnswerAlone(LiveRunner runner) {
        Printer printer = new Printer(runner);
        CallDoc doc = printer.printing(OldCall.of("json", "stderr printed; type text/plain; send answered"));

        assertThat(runner.run(doc, "{}").body()).isEqualTo("answered");
        assertThat(printer.collect(line -> true)).containsExactly(printer.line(doc, "STDERR printed"));
        CallDoc second = doc.with("id", "second");
        assertThat(runner.run(second, "{}").body()).isEqualTo("answered");

        assertThat(printer.collect(line -> true)).containsExactly(printer.line(second, "STDERR printed"));
    }
}
