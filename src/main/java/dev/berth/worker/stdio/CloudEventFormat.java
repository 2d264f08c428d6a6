package dev.berth.worker.stdio;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.berth.call.CallRequest;
import dev.berth.call.Header;
import dev.berth.call.WireTimes;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** The format {@code cloudevent}: CloudEvents 0.1, with the body, which must be JSON, as their data. */
final class CloudEventFormat implements ObjectFormat {
    @Override
    public long cost(Buffer body) {
        return JsonCost.ofNormal(body);
    }

    @Override
    public String request(CallRequest call, Buffer body) {
        ObjectNode event = JsonText.object();
        event.put("cloudEventsVersion", "0.1");
        event.put("eventID", call.callId());
        event.put("source", call.url());
        event.put("eventType", "http");
        event.put("eventTypeVersion", "");
        event.put("eventTime", "0001-01-01T00:00:00Z");
        event.put("schemaURL", "");
        event.put("contentType", CallHeaders.contentType(call));
        ObjectNode extensions = event.putObject("extensions");
        extensions.put("deadline", WireTimes.format(call.deadline()));
        extensions.set("protocol", CallHeaders.protocol(call));
        String data = data(body.toString(StandardCharsets.UTF_8));
        if (!data.isEmpty()) {
            event.putRawValue("data", new RawValue(data));
        }
        return JsonText.write(event);
    }

    /** The first value of a body, as text; empty if there is none. */
    private static String data(String body) {
        try {
            JsonNode first = JsonText.first(body);
            return first.isMissingNode() ? "" : JsonText.normal(first);
        } catch (IOException notJson) {
            String detail = JsonText.detail(notJson);
            throw ErrorCode.INVALID_EVENT_BODY.exception(ErrorCode.INVALID_EVENT_BODY.text() + " " + detail);
        }
    }

    @Override
    public ObjectAnswer answer(JsonNode event) {
        JsonNode extensions = ObjectAnswer.member(event, "extensions");
        if (!extensions.isMissingNode() && !extensions.isObject()) {
            throw new InvalidObject("extensions is not an object");
        }
        JsonNode protocol = extensions.path("protocol");
        String contentType = ObjectAnswer.text(event, "contentType");
        return ObjectAnswer.of(
                headers(protocol.path("headers")),
                contentType,
                status(protocol.path("status_code")),
                body(contentType, ObjectAnswer.member(event, "data")));
    }

    private static List<Header> headers(JsonNode headers) {
        if (!headers.isMissingNode() && !headers.isObject()) {
            throw malformed("Invalid JSON for protocol headers, not a map");
        }
        List<Header> all = new ArrayList<>();
        for (Iterator<Map.Entry<String, JsonNode>> each = headers.fields(); each.hasNext(); ) {
            Map.Entry<String, JsonNode> header = each.next();
            if (!header.getValue().isArray()) {
                throw notStrings();
            }
            for (JsonNode value : header.getValue()) {
                if (!value.isTextual()) {
                    throw notStrings();
                }
                all.add(new Header(header.getKey(), value.textValue()));
            }
        }
        return all;
    }

    private static long status(JsonNode status) {
        if (status.isMissingNode()) {
            return 0;
        }
        if (!status.isNumber()) {
            throw malformed("Invalid status_code type in protocol extension, must be an integer: " + status.asText());
        }
        return (long) status.doubleValue();
    }

    private static String body(String contentType, JsonNode data) {
        return switch (contentType) {
            case "application/json" -> json(data);
            case "text/plain" -> {
                if (!data.isTextual()) {
                    throw malformed("Invalid data for contentType 'text/plain', not a string");
                }
                yield data.textValue();
            }
            default -> throw malformed("Error: Unknown content type: " + contentType + "\n");
        };
    }

    private static String json(JsonNode data) {
        try {
            return data.isMissingNode() ? "null" : JsonText.normal(data);
        } catch (IOException outOfRange) {
            throw new InvalidObject(JsonText.detail(outOfRange));
        }
    }

    private static RunnerException notStrings() {
        return malformed("Invalid JSON for protocol headers, not an array of strings for header value");
    }

    private static RunnerException malformed(String text) {
        return ErrorCode.OLD_FORMAT_RESPONSE_INVALID.exception(text);
    }
}
