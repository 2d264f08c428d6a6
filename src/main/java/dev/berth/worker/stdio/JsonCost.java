package dev.berth.worker.stdio;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;

/** What JSON takes of the heap, at most: by far more than its bytes where it is made of many small values. */
final class JsonCost {
    private static final int OBJECT = 320;
    private static final int ARRAY = 220;
    private static final int NAME = 100;
    private static final int VALUE = 48;
    /** Text on its way through a parser: in pieces of two bytes a character, as a string, and as bytes again. */
    private static final int COPIES_READ = 5;
    /** A body that is being collected, in a buffer that grows. */
    private static final int COPIES_COLLECTED = 3;
    /** Text on its way out: in a buffer that grows, as a string, and as bytes. */
    private static final int COPIES_WRITTEN = 4;
    /** Objects sorted, and numbers written with all their digits. */
    private static final int TO_NORMAL = 3;

    private static final int LONGEST_ESCAPE = 6;

    private JsonCost() {}

    /** Of one token as a part of a tree, but for its text. */
    static int ofToken(JsonToken token) {
        return switch (token) {
            case START_OBJECT -> OBJECT;
            case START_ARRAY -> ARRAY;
            case FIELD_NAME -> NAME;
            case END_OBJECT, END_ARRAY, NOT_AVAILABLE -> 0;
            default -> VALUE;
        };
    }

    /** Of text that is read. */
    static long ofReading(long bytes) {
        return COPIES_READ * bytes;
    }

    /** Of a body that is being collected. */
    static long ofCollecting(long bytes) {
        return COPIES_COLLECTED * bytes;
    }

    /** Of writing a body as a string, beyond what it takes already. */
    static long ofWriting(Buffer body) {
        long length = 0;
        for (int i = 0; i < body.length(); i++) {
            byte b = body.getByte(i);
            boolean escaped = (b >= 0 && b < ' ') || b == '"' || b == '\\' || b == '<' || b == '>' || b == '&';
            length += escaped ? LONGEST_ESCAPE : 1;
        }
        return COPIES_WRITTEN * length;
    }

    /** Of bringing the first value of a body into its normal form, beyond what it takes already. */
    static long ofNormal(Buffer body) {
        long tokens = 0;
        int depth = 0;
        try (JsonParser parser = JsonText.FACTORY.createParser(body.getBytes())) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                tokens += ofToken(token);
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                if (depth == 0) {
                    break;
                }
            }
        } catch (IOException notJson) {
            // Whoever reads it will say so.
        }
        return ofWriting(body) + TO_NORMAL * tokens;
    }
}
