package dev.berth.worker.stdio;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.berth.call.Header;
import dev.berth.call.ResponseHead;
import dev.berth.error.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** An answer taken from an object. */
record ObjectAnswer(ResponseHead head, byte[] body) {
    private static final int OK = 200;
    private static final int FIRST_STATUS = 100;
    private static final int LAST_STATUS = 999;

    /**
     * @param contentType replaces what {@code headers} say; empty: it does not
     * @param status 0: 200
     */
    static ObjectAnswer of(List<Header> headers, String contentType, long status, String body) {
        if (status != 0 && (status < FIRST_STATUS || status > LAST_STATUS)) {
            throw ErrorCode.OLD_FORMAT_RESPONSE_INVALID.exception("invalid status code from function: " + status);
        }
        List<Header> all = new ArrayList<>(headers.size() + 1);
        for (Header header : headers) {
            all.add(new Header(JsonText.sound(header.name()), JsonText.sound(header.value())));
        }
        if (!contentType.isEmpty()) {
            all.removeIf(header -> header.name().equalsIgnoreCase("Content-Type"));
            all.add(new Header("Content-Type", JsonText.sound(contentType)));
        }
        ResponseHead head = new ResponseHead(status == 0 ? OK : (int) status, all);
        return new ObjectAnswer(head, JsonText.sound(body).getBytes(StandardCharsets.UTF_8));
    }

    /** A member of an object, its name in any case; a missing node if there is none or it is null. */
    static JsonNode member(JsonNode object, String name) {
        JsonNode found = object.get(name);
        if (found == null) {
            for (Iterator<Map.Entry<String, JsonNode>> each = object.fields(); each.hasNext(); ) {
                Map.Entry<String, JsonNode> member = each.next();
                if (member.getKey().equalsIgnoreCase(name)) {
                    found = member.getValue();
                }
            }
        }
        return found == null || found.isNull() ? MissingNode.getInstance() : found;
    }

    /** A text; empty if it is missing. */
    static String text(JsonNode object, String name) {
        JsonNode value = member(object, name);
        if (!value.isMissingNode() && !value.isTextual()) {
            throw new InvalidObject(name + " is not a string");
        }
        return value.asText("");
    }
}
