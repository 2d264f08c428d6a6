package dev.berth.observe;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.EncoderBase;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/** One JSON object per line: {@code time} (RFC 3339, nanoseconds), {@code level}, {@code msg}, then the event's keys. */
final class JsonLines extends EncoderBase<ILoggingEvent> {
    private static final byte[] NOTHING = new byte[0];
    private final JsonFactory json = new JsonFactory().setCharacterEscapes(new Escapes());

    @Override
    public byte[] headerBytes() {
        return NOTHING;
    }

    @Override
    public byte[] footerBytes() {
        return NOTHING;
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (JsonGenerator out = json.createGenerator(bytes)) {
            out.writeStartObject();
            out.writeStringField("time", event.getInstant().toString());
            out.writeStringField("level", event.getLevel().toString().toLowerCase(Locale.ROOT));
            write(out, "msg", String.valueOf(event.getFormattedMessage()));
            out.writeStringField("logger", event.getLoggerName());
            out.writeStringField("thread", event.getThreadName());
            if (event.getKeyValuePairs() != null) {
                for (KeyValuePair pair : event.getKeyValuePairs()) {
                    write(out, pair);
                }
            }
            if (event.getThrowableProxy() != null) {
                StringBuilder trace = new StringBuilder();
                StackTrace.append(trace, event.getThrowableProxy(), "\n");
                write(out, "error", trace.substring(1));
            }
            out.writeEndObject();
            out.writeRaw('\n');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void write(JsonGenerator out, KeyValuePair pair) throws IOException {
        if (pair.value instanceof Integer || pair.value instanceof Long) {
            out.writeNumberField(pair.key, ((Number) pair.value).longValue());
        } else if (pair.value instanceof Boolean flag) {
            out.writeBooleanField(pair.key, flag);
        } else {
            write(out, pair.key, String.valueOf(pair.value));
        }
    }

    /** Half a character cannot be written: it is replaced. */
    private static void write(JsonGenerator out, String key, String text) throws IOException {
        out.writeStringField(key, new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
    }

    /** Besides what JSON wants escaped: all that steers a terminal or the order of reading. */
    private static final class Escapes extends CharacterEscapes {
        private static final long serialVersionUID = 1L;
        private static final int DELETE = 0x7F;
        private static final int[] ASCII = standardAsciiEscapesForJSON();

        static {
            ASCII[DELETE] = ESCAPE_STANDARD;
        }

        @Override
        public int[] getEscapeCodesForAscii() {
            return ASCII;
        }

        @Override
        public @Nullable SerializableString getEscapeSequence(int character) {
            // Halves of whole characters come here too.
            return Character.isSurrogate((char) character) || !LogText.isUnsafe(character)
                    ? null
                    : new SerializedString(String.format("\\u%04x", character));
        }
    }
}
