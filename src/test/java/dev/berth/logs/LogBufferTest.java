package dev.berth.logs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class LogBufferTest {
    private static final int LIMIT = 64 * 1024;

    private final LogBuffer buffer = new LogBuffer(LIMIT);
    private final AtomicInteger available = new AtomicInteger();
    private final AtomicInteger replaced = new AtomicInteger();

    @Test
    void linesComeOutInOrderAndOnce() {
        LogBuffer.Collector collector = collect();
        add("a", "b");
        assertThat(texts(collector.next())).containsExactly("a", "b");
        collector.acknowledge();

        assertThat(collector.next()).isNull();
        assertThat(buffer.bytes()).isZero();
    }

    @Test
    void batchIsTheSameUntilItIsAcknowledged() {
        LogBuffer.Collector first = collect();
        add("a");
        LogBatch sent = first.next();
        add("b");
        first.leave();

        LogBuffer.Collector second = collect();
        assertThat(second.next()).isSameAs(sent);
        second.acknowledge();
        assertThat(texts(second.next())).containsExactly("b");
    }

    @Test
    void collectorIsToldOnceForEachTimeItFoundNothing() {
        LogBuffer.Collector collector = collect();
        add("a");
        assertThat(available).hasValue(0);
        collector.next();
        collector.acknowledge();
        collector.next();

        add("b");
        add("c");

        assertThat(available).hasValue(1);
    }

    @Test
    void whoeverComesLastCollects() {
        LogBuffer.Collector first = collect();
        add("a");
        LogBatch sent = first.next();

        LogBuffer.Collector second = collect();

        assertThat(replaced).hasValue(1);
        first.acknowledge();
        assertThat(first.next()).isNull();
        first.leave();
        assertThat(second.next()).isSameAs(sent);
    }

    @Test
    void fullBufferLosesItsOldestLinesAndSaysHowMany() {
        int count = 10_000;
        for (int i = 0; i < count; i++) {
            add("line " + i);
            assertThat(buffer.bytes()).isLessThanOrEqualTo(LIMIT);
        }
        LogBuffer.Collector collector = collect();

        List<String> texts = texts(collector.next());
        collector.acknowledge();

        int kept = texts.size() - 1;
        assertThat(texts.get(0)).isEqualTo("-----log buffer full, " + (count - kept) + " lines dropped-----");
        assertThat(texts.get(1)).isEqualTo("line " + (count - kept));
        assertThat(texts.get(kept)).isEqualTo("line " + (count - 1));
        assertThat(kept).isGreaterThan(100);
        assertThat(collector.next()).isNull();
    }

    @Test
    void batchThatIsOutIsNotDropped() {
        LogBuffer.Collector collector = collect();
        add("precious");
        LogBatch sent = collector.next();
        for (int i = 0; i < 10_000; i++) {
            add("line " + i);
        }

        assertThat(collector.next()).isSameAs(sent);
        assertThat(texts(sent)).containsExactly("precious");
    }

    @Test
    void batchesKeepToTheirLimit() {
        LogBuffer large = new LogBuffer(16 << 20);
        String text = "x".repeat(LineSplitter.MAX_LINE);
        for (int i = 0; i < 200; i++) {
            large.add(List.of(LogLines.line(new LogOrigin("app", "fn", "container-" + i, "image"), "call-" + i, text)));
        }
        LogBuffer.Collector collector = large.collect(() -> {}, () -> {});

        int lines = 0;
        int batches = 0;
        for (LogBatch batch = collector.next(); batch != null; batch = collector.next()) {
            assertThat(batch.lines().size() * text.length()).isLessThanOrEqualTo(LogBatch.MAX_BYTES);
            lines += batch.lines().size();
            batches++;
            collector.acknowledge();
        }

        assertThat(lines).isEqualTo(200);
        assertThat(batches).isEqualTo(4);
    }

    private LogBuffer.Collector collect() {
        return buffer.collect(available::incrementAndGet, replaced::incrementAndGet);
    }

    private void add(String... texts) {
        List<LogLine> lines = new ArrayList<>();
        for (String text : texts) {
            lines.add(LogLines.line(text));
        }
        buffer.add(lines);
    }

    private static List<String> texts(LogBatch batch) {
        return batch.lines().stream().map(line -> line.data().toStringUtf8()).toList();
    }
}
