package dev.berth.worker.stdio;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.call.CallRequest;
import dev.berth.call.Header;
import dev.berth.call.WireTimes;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** The format {@code json}. The body is a string, so a body that is not UTF-8 does not arrive as it was. */
final class JsonFormat implements ObjectFormat {
    @Override
    public long cost(Buffer body) {
        return JsonCost.ofWriting(body);
    }

    @Override
    public String request(CallRequest call, Buffer body) {
        ObjectNode object = JsonText.object();
        object.put("call_id", call.callId());
        object.put("deadline", WireTimes.format(call.deadline()));
        object.put("body", body.toString(StandardCharsets.UTF_8));
        object.put("content_type", CallHeaders.contentType(call));
        object.set("protocol", CallHeaders.protocol(call));
        return JsonText.write(object);
    }

    @Override
    public ObjectAnswer answer(JsonNode object) {
        JsonNode protocol = ObjectAnswer.member(object, "protocol");
        if (!protocol.isMissingNode() && !protocol.isObject()) {
            throw new InvalidObject("protocol is not an object");
        }
        return ObjectAnswer.of(
                headers(ObjectAnswer.member(protocol, "headers")),
                ObjectAnswer.text(object, "content_type"),
                status(ObjectAnswer.member(protocol, "status_code")),
                ObjectAnswer.text(object, "body"));
    }

    private static long status(JsonNode status) {
        if (status.isMissingNode()) {
            return 0;
        }
        if (!status.isIntegralNumber() || !status.canConvertToLong()) {
            throw new InvalidObject("protocol.status_code is not an integer");
        }
        return status.longValue();
    }

    private static List<Header> headers(JsonNode headers) {
        List<Header> all = new ArrayList<>();
        if (!headers.isMissingNode() && !headers.isObject()) {
            throw new InvalidObject("protocol.headers is not an object");
        }
        for (Iterator<Map.Entry<String, JsonNode>> each = headers.fields(); each.hasNext(); ) {
            Map.Entry<String, JsonNode> header = each.next();
            if (!header.getValue().isArray() && !header.getValue().isNull()) {
                throw new InvalidObject("values of header " + header.getKey() + " are not an array");
            }
            for (JsonNode value : header.getValue()) {
                if (!value.isTextual()) {
                    throw new InvalidObject("a value of header " + header.getKey() + " is not a string");
                }
                all.add(new Header(header.getKey(), value.textValue()));
            }
        }
        return all;
    }
}
