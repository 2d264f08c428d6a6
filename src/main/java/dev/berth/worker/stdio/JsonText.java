package dev.berth.worker.stdio;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * JSON as functions of 2018 have always been given it: compact, and safe to put into HTML. What comes from a
 * caller is brought into one form: keys sorted, numbers as 64-bit floating point.
 */
final class JsonText {
    static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(JsonWriteFeature.WRITE_HEX_UPPER_CASE)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build()
            .setCharacterEscapes(new HtmlEscapes());

    static final ObjectMapper MAPPER = new ObjectMapper(FACTORY);

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

    /** @throws IOException for a number beyond 64-bit floating point */
    static JsonNode normal(JsonNode value) throws IOException {
        if (value.isNumber()) {
            double number = value.doubleValue();
            if (Double.isInfinite(number)) {
                throw new IOException("number out of range: " + value.asText());
            }
            return JsonNodeFactory.instance.rawValueNode(new RawValue(number(number)));
        }
        if (value.isArray()) {
            ArrayNode array = array();
            for (JsonNode element : value) {
                array.add(normal(element));
            }
            return array;
        }
        if (!value.isObject()) {
            return value;
        }
        Map<String, JsonNode> sorted = new TreeMap<>();
        for (Iterator<Map.Entry<String, JsonNode>> each = value.fields(); each.hasNext(); ) {
            Map.Entry<String, JsonNode> member = each.next();
            sorted.put(member.getKey(), normal(member.getValue()));
        }
        return object().setAll(sorted);
    }

    /** What is wrong with a text, without quoting it. */
    static String detail(IOException failure) {
        String message =
                failure instanceof JsonProcessingException json ? json.getOriginalMessage() : failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : message;
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
