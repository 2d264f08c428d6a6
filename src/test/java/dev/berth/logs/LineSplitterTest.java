package dev.berth.logs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.conformance.Rule;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LineSplitterTest {
    private final List<String> lines = new ArrayList<>();
    private final LineSplitter splitter = new LineSplitter(line -> lines.add(line.toStringUtf8()));

    @Test
    @Rule("output-lines")
    void linesAreTheSameHoweverTheBytesAreCut() {
        byte[] text = "one\n\ntwo äö\r\nthree\n".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        for (int size = 1; size <= text.length; size++) {
            lines.clear();
            for (int at = 0; at < text.length; at += size) {
                splitter.feed(Buffer.buffer(text).getBuffer(at, Math.min(text.length, at + size)));
            }

            assertThat(lines).as("pieces of %s", size).containsExactly("one", "", "two äö\r", "three");
        }
    }

    @Test
    @Rule("output-lines")
    void lineWithoutAnEndWaitsForTheFlush() {
        splitter.feed(Buffer.buffer("a\nhalf"));
        assertThat(lines).containsExactly("a");

        splitter.flush();
        splitter.flush();

        assertThat(lines).containsExactly("a", "half");
    }

    @Test
    @Rule("output-lines")
    void longLineIsCut() {
        splitter.feed(Buffer.buffer("x".repeat(2 * LineSplitter.MAX_LINE + 1)));
        assertThat(lines).hasSize(2).allMatch(line -> line.length() == LineSplitter.MAX_LINE);

        splitter.feed(Buffer.buffer("\n" + "y".repeat(LineSplitter.MAX_LINE) + "\nz\n"));

        assertThat(lines.subList(2, lines.size())).containsExactly("x", "y".repeat(LineSplitter.MAX_LINE), "z");
    }
}
