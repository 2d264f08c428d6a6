package dev.berth.worker.stdio;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * JSON as legacy functions have always been given it: compact, and safe to put into HTML. What comes from a
 * caller is brought into one form: keys sorted, numbers as 64-bit floating point.
 */
final class JsonText {
    /** How deep functions have always been able to nest what they say. */
    private static final int DEEPEST = 10_000;

    static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(JsonWriteFeature.WRITE_HEX_UPPER_CASE)
            // Names are the function's: none are remembered beyond their call.
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .maxNestingDepth(DEEPEST)
                    .build())
            // What could be read may be written, with a little around it.
            .streamWriteConstraints(StreamWriteConstraints.builder()
                    .maxNestingDepth(2 * DEEPEST)
                    .build())
            .build()
            .setCharacterEscapes(new HtmlEscapes());

    static final ObjectMapper MAPPER = new ObjectMapper(FACTORY);

    /** Where the parser keeps a limit is nothing to users of a function. */
    private static final Pattern LIMIT_OF_PARSER = Pattern.compile(", from `[^`]*`");

    private static final double FIRST_WITH_EXPONENT = 1e21;
    private static final double LAST_WITH_EXPONENT = 1e-6;

    private JsonText() {}

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    static ArrayNode array() {
        return JsonNodeFactory.instance.arrayNode();
    }

    static String write(JsonNode value) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(text)) {
            json.setCodec(MAPPER);
            json.writeTree(value);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return text.toString();
    }

    /** The first value of a text, whatever follows; a missing node if there is none. */
    static JsonNode first(String text) throws IOException {
        JsonNode found = MAPPER.readTree(FACTORY.createParser(text));
        return found == null ? MissingNode.getInstance() : found;
    }

    /**
     * A value as text. However deep it is, the stack does not grow.
     *
     * @throws IOException for a number beyond 64-bit floating point
     */
    static String normal(JsonNode value) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(text)) {
            Deque<Level> open = new ArrayDeque<>();
            begin(json, value, open);
            while (!open.isEmpty()) {
                Level level = open.element();
                if (level.members().hasNext()) {
                    Map.Entry<String, JsonNode> member = level.members().next();
                    if (level.object()) {
                        json.writeFieldName(member.getKey());
                    }
                    begin(json, member.getValue(), open);
                } else {
                    open.remove();
                    if (level.object()) {
                        json.writeEndObject();
                    } else {
                        json.writeEndArray();
                    }
                }
            }
        }
        return text.toString();
    }

    /** An object or array that is being written. */
    private record Level(boolean object, Iterator<Map.Entry<String, JsonNode>> members) {}

    private static void begin(JsonGenerator json, JsonNode value, Deque<Level> open) throws IOException {
        switch (value.getNodeType()) {
            case OBJECT -> {
                Map<String, JsonNode> sorted = new TreeMap<>();
                value.fields().forEachRemaining(member -> sorted.put(member.getKey(), member.getValue()));
                json.writeStartObject();
                open.push(new Level(true, sorted.entrySet().iterator()));
            }
            case ARRAY -> {
                List<Map.Entry<String, JsonNode>> elements = new ArrayList<>(value.size());
                value.forEach(element -> elements.add(Map.entry("", element)));
                json.writeStartArray();
                open.push(new Level(false, elements.iterator()));
            }
            case NUMBER -> {
                double number = value.doubleValue();
                if (Double.isInfinite(number)) {
                    throw new IOException("number out of range: " + value.asText());
                }
                json.writeRawValue(number(number));
            }
            case STRING -> json.writeString(value.textValue());
            case BOOLEAN -> json.writeBoolean(value.booleanValue());
            case BINARY, MISSING, NULL, POJO -> json.writeNull();
        }
    }

    /** A text that UTF-8 can say: halves of a character that have lost the other half are replaced. */
    static String sound(String text) {
        StringBuilder sound = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean pair = Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1));
            if (pair) {
                i++;
            } else if (Character.isSurrogate(c)) {
                if (sound == null) {
                    sound = new StringBuilder(text);
                }
                sound.setCharAt(i, '\ufffd');
            }
        }
        return sound == null ? text : sound.toString();
    }

    /** What is wrong with a text, without quoting it. */
    static String detail(IOException failure) {
        String message =
                failure instanceof JsonProcessingException json ? json.getOriginalMessage() : failure.getMessage();
        return message == null
                ? failure.getClass().getSimpleName()
                : LIMIT_OF_PARSER.matcher(message).replaceFirst("");
    }

    /** Plain digits, and an exponent for what is very large or very small. */
    static String number(double value) {
        double size = Math.abs(value);
        if (value == 0) {
            return 1 / value < 0 ? "-0" : "0";
        }
        BigDecimal exact = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        if (size >= LAST_WITH_EXPONENT && size < FIRST_WITH_EXPONENT) {
            return exact.toPlainString();
        }
        String digits = exact.unscaledValue().abs().toString();
        int exponent = digits.length() - 1 - exact.scale();
        return (value < 0 ? "-" : "")
                + digits.charAt(0)
                + (digits.length() > 1 ? "." + digits.substring(1) : "")
                + (exponent < 0 ? "e-" : "e+")
                + Math.abs(exponent);
    }

    private static final class HtmlEscapes extends CharacterEscapes {
        private static final long serialVersionUID = 1L;
        private static final String ESCAPED = "<>&\b\f";

        private final int[] ascii = standardAsciiEscapesForJSON();

        HtmlEscapes() {
            ESCAPED.chars().forEach(c -> ascii[c] = ESCAPE_CUSTOM);
        }

        @Override
        public int[] getEscapeCodesForAscii() {
            return ascii.clone();
        }

        @Override
        public @Nullable SerializableString getEscapeSequence(int c) {
            boolean escaped = ESCAPED.indexOf(c) >= 0 || c == '\u2028' || c == '\u2029';
            return escaped ? new SerializedString("\\u%04x".formatted(c)) : null;
        }
    }
}
