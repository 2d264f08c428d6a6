package dev.berth.call;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a call document the way its writers' language does: keys match whatever their case, unknown keys
 * are skipped, of repeated keys the last one counts, null leaves a value as it is, and a value of the wrong
 * type or out of its range is an error. Time stamps and other fields a runner does not use are skipped
 * unread.
 *
 * <p>One pass, no recursion. One instance reads one document.
 */
public final class CallModelParser {
    private static final int MAX_DEPTH = 10_000;
    private static final int MAX_NUMBER = 64;
    private static final char REPLACEMENT = '\uFFFD';
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);
    private static final JsonFactory JSON = new JsonFactoryBuilder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNumberLength(MAX_NUMBER)
                    .build())
            .build();

    private final JsonParser json;
    private String key = "";
    private JsonToken token = JsonToken.NOT_AVAILABLE;

    private String id = "";
    private String image = "";
    private String type = "";
    private String method = "";
    private String url = "";
    private String syslogUrl = "";
    private String appId = "";
    private String appName = "";
    private String fnId = "";
    private String path = "";
    private String format = "";
    private int timeoutSeconds;
    private int idleTimeoutSeconds;
    private long tmpfsMiB;
    private long memoryMiB;
    private long cpuMillis;
    private final Map<String, String> config = new LinkedHashMap<>();
    private final Map<String, String> annotations = new LinkedHashMap<>();
    private final Map<String, List<String>> headers = new LinkedHashMap<>();

    private CallModelParser(JsonParser json) {
        this.json = json;
    }

    /**
     * Parses and checks one document.
     *
     * @throws RunnerException INVALID_JSON, INVALID_CPUS, INVALID_URL, INVALID_METHOD, INVALID_HEADER,
     *     INVALID_FORMAT, INVALID_IMAGE or INVALID_CALL
     */
    public static CallModel parse(String document) {
        try (JsonParser json = JSON.createParser(document)) {
            CallModelParser parser = new CallModelParser(json);
            parser.document();
            return parser.model();
        } catch (JsonParseException malformed) {
            throw ErrorCode.INVALID_JSON.exception("Invalid JSON: " + malformed.getOriginalMessage());
        } catch (IOException tooDeepOrLong) {
            throw ErrorCode.INVALID_JSON.exception(
                    "Invalid JSON: nested more than " + MAX_DEPTH + " deep, or a name or number is too long");
        }
    }

    private void document() throws IOException {
        JsonToken root = json.nextToken();
        if (root == JsonToken.START_OBJECT) {
            while (json.nextToken() != JsonToken.END_OBJECT) {
                key = json.currentName();
                token = json.nextToken();
                if (!field(key) && !field(FoldedKey.of(key))) {
                    json.skipChildren();
                }
            }
        } else if (root != JsonToken.VALUE_NULL) {
            throw ErrorCode.INVALID_JSON.exception("Invalid JSON: a call document is an object");
        }
        if (json.nextToken() != null) {
            throw ErrorCode.INVALID_JSON.exception("Invalid JSON: more than one value");
        }
    }

    private boolean field(String name) throws IOException {
        switch (name) {
            case "id" -> id = string(id);
            case "image" -> image = string(image);
            case "type" -> type = string(type);
            case "method" -> method = string(method);
            case "url" -> url = string(url);
            case "timeout" -> timeoutSeconds = signed32(timeoutSeconds);
            case "idle_timeout" -> idleTimeoutSeconds = signed32(idleTimeoutSeconds);
            case "tmpfs_size" -> tmpfsMiB = unsigned(tmpfsMiB, 0xFFFF_FFFFL, "an unsigned 32-bit number");
            case "memory" -> memoryMiB = unsigned(memoryMiB, Long.MAX_VALUE, "an unsigned 64-bit number");
            case "cpus" -> cpuMillis = cpus();
            case "config" -> stringMap(config);
            case "annotations" -> annotationMap();
            case "headers" -> headerMap();
            case "syslog_url" -> syslogUrl = string(syslogUrl);
            case "app_id" -> appId = string(appId);
            case "app_name" -> appName = string(appName);
            case "fn_id" -> fnId = string(fnId);
            case "path" -> path = string(path);
            case "format" -> format = string(format);
            default -> {
                return false;
            }
        }
        return true;
    }

    private String string(String before) throws IOException {
        return switch (token) {
            case VALUE_STRING -> wellFormed(json.getText());
            case VALUE_NULL -> before;
            default -> throw mustBe("a string");
        };
    }

    /** Half a character cannot be written in UTF-8: it is replaced, as the document's writers do. */
    private static String wellFormed(String text) {
        StringBuilder mended = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                continue;
            }
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
                continue;
            }
            mended = mended == null ? new StringBuilder(text) : mended;
            mended.setCharAt(i, REPLACEMENT);
        }
        return mended == null ? text : mended.toString();
    }

    private int signed32(int before) throws IOException {
        if (token == JsonToken.VALUE_NULL) {
            return before;
        }
        if (token == JsonToken.VALUE_NUMBER_INT) {
            try {
                return Integer.parseInt(json.getText());
            } catch (NumberFormatException outOfRange) {
                throw mustBe("a 32-bit number");
            }
        }
        throw mustBe("a 32-bit number");
    }

    /** An unsigned number; one past what a long holds is taken as the largest long. */
    private long unsigned(long before, long max, String expected) throws IOException {
        if (token == JsonToken.VALUE_NULL) {
            return before;
        }
        String text = token == JsonToken.VALUE_NUMBER_INT ? json.getText() : "-";
        try {
            // A leading minus is refused even for zero.
            long value = text.startsWith("-") ? -1 : Long.parseUnsignedLong(text);
            if (text.startsWith("-") || (value >= 0 && value > max) || (value < 0 && max != Long.MAX_VALUE)) {
                throw mustBe(expected);
            }
            return value < 0 ? Long.MAX_VALUE : value;
        } catch (NumberFormatException outOfRange) {
            throw mustBe(expected);
        }
    }

    private long cpus() throws IOException {
        return switch (token) {
            case VALUE_STRING -> CpuQuantity.millis(json.getText());
            case VALUE_NULL -> 0;
            default -> throw ErrorCode.INVALID_JSON.exception();
        };
    }

    private void stringMap(Map<String, String> into) throws IOException {
        if (startOfMap(into)) {
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String name = wellFormed(json.currentName());
                token = json.nextToken();
                into.put(name, string(""));
            }
        }
    }

    private void annotationMap() throws IOException {
        if (startOfMap(annotations)) {
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String name = json.currentName();
                json.nextToken();
                annotations.put(name, CompactJson.of(json));
            }
        }
    }

    private void headerMap() throws IOException {
        if (startOfMap(headers)) {
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String name = json.currentName();
                token = json.nextToken();
                headers.put(name, stringList());
            }
        }
    }

    private List<String> stringList() throws IOException {
        if (token == JsonToken.VALUE_NULL) {
            return List.of();
        }
        if (token != JsonToken.START_ARRAY) {
            throw mustBe("an object of arrays of strings");
        }
        List<String> values = new ArrayList<>(1);
        while ((token = json.nextToken()) != JsonToken.END_ARRAY) {
            values.add(string(""));
        }
        return values;
    }

    /** Whether a map follows. A repeated one adds to what was there; null empties it. */
    private boolean startOfMap(Map<String, ?> into) {
        if (token == JsonToken.VALUE_NULL) {
            into.clear();
            return false;
        }
        if (token != JsonToken.START_OBJECT) {
            throw mustBe("an object");
        }
        return true;
    }

    private RunnerException mustBe(String expected) {
        return ErrorCode.INVALID_JSON.exception("Invalid JSON: " + key + " must be " + expected);
    }

    private CallModel model() {
        if (image.isEmpty()) {
            throw ErrorCode.INVALID_IMAGE.exception("Invalid Fn image: the call names none");
        }
        HttpSyntax.checkHeaders(headers);
        CallModel model = new CallModel(
                id,
                image,
                type.equals("detached"),
                method.isEmpty() ? "GET" : HttpSyntax.checkMethod(method),
                HttpSyntax.checkUrl(url),
                seconds(timeoutSeconds),
                seconds(idleTimeoutSeconds),
                tmpfsMiB,
                memoryMiB,
                cpuMillis,
                config,
                annotations,
                headers,
                syslogUrl.isEmpty() ? null : syslogUrl,
                appId,
                appName,
                fnId,
                path,
                callFormat(format));
        CallTexts.check(model);
        return model;
    }

    private static Duration seconds(int seconds) {
        return seconds <= 0 ? DEFAULT_TIMEOUT : Duration.ofSeconds(seconds);
    }

    private static CallFormat callFormat(String format) {
        return switch (format) {
            case "", "http-stream" -> CallFormat.HTTP_STREAM;
            case "default" -> CallFormat.DEFAULT;
            case "http" -> CallFormat.HTTP;
            case "json" -> CallFormat.JSON;
            case "cloudevent" -> CallFormat.CLOUDEVENT;
            default ->
                throw ErrorCode.INVALID_FORMAT.exception("Unknown function format: " + HttpSyntax.printable(format));
        };
    }
}
