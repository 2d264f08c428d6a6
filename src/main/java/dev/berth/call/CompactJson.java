package dev.berth.call;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.IOException;

/** A JSON value without white space; keys keep their order, numbers their digits. */
final class CompactJson {
    private CompactJson() {}

    /** The value {@code json} stands at, which is consumed. */
    static String of(JsonParser json) throws IOException {
        StringBuilder text = new StringBuilder();
        int depth = 0;
        JsonToken token = json.currentToken();
        while (true) {
            boolean closes = token == JsonToken.END_OBJECT || token == JsonToken.END_ARRAY;
            if (!closes && needsComma(text)) {
                text.append(',');
            }
            append(text, json, token);
            if (token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY) {
                depth++;
            } else if (closes) {
                depth--;
            }
            if (depth == 0) {
                return text.toString();
            }
            token = json.nextToken();
        }
    }

    private static boolean needsComma(StringBuilder text) {
        if (text.isEmpty()) {
            return false;
        }
        char last = text.charAt(text.length() - 1);
        return last != '[' && last != '{' && last != ':';
    }

    private static void append(StringBuilder text, JsonParser json, JsonToken token) throws IOException {
        switch (token) {
            case FIELD_NAME -> quote(text, json.currentName()).append(':');
            case VALUE_STRING -> quote(text, json.getText());
            default -> text.append(json.getText());
        }
    }

    private static StringBuilder quote(StringBuilder text, String value) {
        text.append('"');
        JsonStringEncoder.getInstance().quoteAsString(value, text);
        return text.append('"');
    }
}
