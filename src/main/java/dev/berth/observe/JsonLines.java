package dev.berth.observe;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import org.slf4j.event.KeyValuePair;

/** One JSON object per line: {@code time} (RFC 3339, nanoseconds), {@code level}, {@code msg}, then the event's keys. */
final class JsonLines extends EncoderBase<ILoggingEvent> {
    private static final byte[] NOTHING = new byte[0];
    private final JsonFactory json = new JsonFactory();

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
            out.writeStringField("msg", event.getFormattedMessage());
            out.writeStringField("logger", event.getLoggerName());
            out.writeStringField("thread", event.getThreadName());
            if (event.getKeyValuePairs() != null) {
                for (KeyValuePair pair : event.getKeyValuePairs()) {
                    write(out, pair);
                }
            }
            if (event.getThrowableProxy() != null) {
                out.writeStringField("error", ThrowableProxyUtil.asString(event.getThrowableProxy()));
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
            out.writeStringField(pair.key, String.valueOf(pair.value));
        }
    }
}
