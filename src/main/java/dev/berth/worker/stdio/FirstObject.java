package dev.berth.worker.stdio;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.async.ByteArrayFeeder;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads one JSON object out of bytes that come in pieces, and tells at the first wrong byte that they are none.
 * Bytes that are not UTF-8 count as replacement characters. Null stands for an object without members.
 */
final class FirstObject {

    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private final JsonParser parser;
    private final LongConsumer memory;
    private final TokenBuffer tokens = new TokenBuffer(JsonText.MAPPER, false);
    private byte[] unfinished = {};
    private boolean whole;
    private long cost;
    private boolean surplus;
    private int depth;

    /** @param memory told how many bytes of the heap this holds, before it does; throws if there are not so many */
    FirstObject(LongConsumer memory) {
        this.memory = memory;
        try {
            parser = JsonText.FACTORY.createNonBlockingByteArrayParser();
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /**
     * @return the object, as soon as it is whole, and once
     * @throws InvalidObject if this is not JSON, or not an object
     */
    @Nullable
    JsonNode feed(Buffer bytes) {
        byte[] text = sound(bytes.getBytes());
        if (whole) {
            surplus |= !new String(text, StandardCharsets.UTF_8).isBlank();
            return null;
        }
        take(JsonCost.ofReading(text.length));
        try {
            if (text.length == 0) {
                return null;
            }
            ((ByteArrayFeeder) parser.getNonBlockingInputFeeder()).feedInput(text, 0, text.length);
            return read();
        } catch (IOException notJson) {
            throw new InvalidObject(JsonText.detail(notJson));
        }
    }

    /** Whether anything but white space came after the object. */
    boolean surplus() {
        return surplus;
    }

    private void take(long more) {
        cost += more;
        memory.accept(cost);
    }

    private @Nullable JsonNode read() throws IOException {
        while (true) {
            JsonToken token = parser.nextToken();
            if (token == JsonToken.NOT_AVAILABLE || token == null) {
                return null;
            }
            if (depth == 0 && token != JsonToken.START_OBJECT && token != JsonToken.VALUE_NULL) {
                throw new InvalidObject("answer is not an object");
            }
            take(JsonCost.ofToken(token));
            tokens.copyCurrentEvent(parser);
            depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
            if (depth == 0) {
                return finish();
            }
        }
    }

    private JsonNode finish() throws IOException {
        JsonNode object = JsonText.MAPPER.readTree(tokens.asParser());
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        parser.releaseBuffered(rest);
        surplus = !rest.toString(StandardCharsets.UTF_8).isBlank();
        whole = true;
        return object;
    }

    /** The bytes as sound UTF-8; a character that is cut waits for its rest. */
    private byte[] sound(byte[] bytes) {
        ByteBuffer in = ByteBuffer.allocate(unfinished.length + bytes.length)
                .put(unfinished)
                .put(bytes)
                .flip();
        CharBuffer chars = CharBuffer.allocate(in.remaining() + 1);
        decoder.decode(in, chars, false);
        unfinished = new byte[in.remaining()];
        in.get(unfinished);
        ByteBuffer out = StandardCharsets.UTF_8.encode(chars.flip());
        byte[] sound = new byte[out.remaining()];
        out.get(sound);
        return sound;
    }
}
