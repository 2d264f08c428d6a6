package dev.berth.observe;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.conformance.Rule;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;

/** Whatever an event is made of, it is one line. */
final class LogLinesTest {
    private static final String FORGERY =
            "x\" a=\"1\r\n2026-01-01T00:00:00.000Z ERROR Engine all is lost\u0000\u001b[2J\u0085\u009b\u2028\u202e\u2066\ufeff\ud800";
    private static final String TIME = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z";

    private final LoggerContext context = new LoggerContext();

    private LoggingEvent event(String text, Throwable failure) {
        LoggingEvent event =
                new LoggingEvent("", context.getLogger("dev.berth.Sample"), Level.WARN, text, failure, new Object[0]);
        event.setKeyValuePairs(List.of(new KeyValuePair("callId", text), new KeyValuePair("n", 7)));
        return event;
    }

    private static Throwable failure(String text) {
        RuntimeException failure = new IllegalStateException(text, new IOException(text));
        failure.addSuppressed(new IllegalArgumentException(text));
        return failure;
    }

    private static String text(byte[] line) throws IOException {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line)).toString();
    }

    private String write(TextLines.Shape shape, String text, Throwable failure) throws IOException {
        return text(new TextLines(shape).encode(event(text, failure)));
    }

    private String json(String text, Throwable failure) throws IOException {
        JsonLines lines = new JsonLines();
        return text(lines.encode(event(text, failure)));
    }

    private static void assertNothingUnsafe(String line) {
        assertThat(line).endsWith("\n");
        assertThat(line.substring(0, line.length() - 1).codePoints()).noneMatch(LogText::isUnsafe);
    }

    @Test
    @Rule("log-line")
    void aForgedLineIsAPieceOfTheLineItIsIn() throws IOException {
        assertThat(write(TextLines.Shape.FULL, FORGERY, null))
                .matches(TIME + " WARN  Sample .*\\n")
                .contains("x\" a=\"1\\r\\n2026-01-01T00:00:00.000Z ERROR Engine all is lost\\u0000\\u001b[2J\\u0085")
                .contains(" callId=\"x\\\" a=\\\"1\\r\\n2026")
                .contains("\\u202e\\u2066\\ufeff\\ud800\" n=\"7\"\n");
    }

    @Test
    void ordinaryLinesAreAsTheyWere() throws IOException {
        assertThat(write(TextLines.Shape.FULL, "dé \uD83D\uDE00", null))
                .matches(TIME + " WARN  Sample dé \uD83D\uDE00 callId=\"dé \uD83D\uDE00\" n=\"7\"\\n");
        assertThat(write(TextLines.Shape.SHORT, "a", failure("b"))).isEqualTo("berth: a callId=\"a\" n=\"7\"\n");
    }

    @Test
    void stackTracesAreTheOnlyLinesThatBeginWithATab() throws IOException {
        String all = write(TextLines.Shape.FULL, "a", failure("said\n" + FORGERY));
        List<String> lines = all.lines().toList();

        assertThat(lines.get(0)).endsWith("callId=\"a\" n=\"7\"");
        assertThat(lines.subList(1, lines.size())).allMatch(line -> line.startsWith("\t"));
        assertThat(lines.get(1)).startsWith("\tjava.lang.IllegalStateException: said\\nx\" a=\"1\\r\\n2026");
        assertThat(lines).anyMatch(line -> line.startsWith("\t\tat dev.berth.observe.LogLinesTest."));
        assertThat(lines).anyMatch(line -> line.startsWith("\t\tCaused by: java.io.IOException: said\\n"));
        assertThat(lines).anyMatch(line -> line.startsWith("\t\tSuppressed: java.lang.IllegalArgumentException"));
    }

    @Property(tries = 300)
    void everyEventIsOneLine(@ForAll("texts") String text) throws IOException {
        assertNothingUnsafe(write(TextLines.Shape.FULL, text, null));
        assertNothingUnsafe(write(TextLines.Shape.BODY, text, failure(text)));
        assertNothingUnsafe(write(TextLines.Shape.SHORT, text, failure(text)));
        assertNothingUnsafe(json(text, failure(text)));
        assertThat(write(TextLines.Shape.FULL, text, failure(text)).lines().skip(1))
                .allMatch(line -> line.startsWith("\t"));
    }

    @Property(tries = 300)
    void jsonHasWhatWasSaid(@ForAll("texts") String text) throws IOException {
        JsonNode line = new ObjectMapper().readTree(json(text, null));
        String whole = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);

        assertThat(line.get("msg").asText()).isEqualTo(whole);
        assertThat(line.get("callId").asText()).isEqualTo(whole);
    }

    @Test
    void aFailureThatIsItsOwnCauseEnds() throws IOException {
        Exception one = new IOException("one");
        Exception two = new IllegalStateException("two", one);
        one.initCause(two);

        assertThat(write(TextLines.Shape.FULL, "a", one)).contains("one", "two").hasSizeLessThan(100_000);
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.oneOf(
                        Arbitraries.strings().ofMaxLength(3),
                        Arbitraries.of(
                                "\n", "\r\n", "\u001b", "\u0000", "\u2028", "\u202e", "\ud800", "\udc00", "\"", "\\"),
                        Arbitraries.of("\uD83D\uDE00", "\uDB40\uDC01", "{}", "a "))
                .list()
                .ofMaxSize(6)
                .map(parts -> String.join("", parts));
    }
}
