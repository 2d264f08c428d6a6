package dev.berth.worker.stdio;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.call.CallRequest;
import dev.berth.call.Header;
import java.util.Map;
import java.util.TreeMap;

/** A call's HTTP side, as objects show it. */
final class CallHeaders {
    private CallHeaders() {}

    /** Type, method, URL and headers; {@code headers} is null if there are none. */
    static ObjectNode protocol(CallRequest call) {
        ObjectNode protocol = JsonText.object();
        protocol.put("type", "http");
        protocol.put("method", call.method());
        protocol.put("request_url", call.url());
        if (call.headers().isEmpty()) {
            protocol.putNull("headers");
            return protocol;
        }
        Map<String, ArrayNode> sorted = new TreeMap<>();
        for (Header header : call.headers()) {
            sorted.computeIfAbsent(header.name(), name -> JsonText.array()).add(header.value());
        }
        protocol.putObject("headers").setAll(sorted);
        return protocol;
    }

    /** The first content type; empty if there is none. */
    static String contentType(CallRequest call) {
        for (Header header : call.headers()) {
            if (header.name().equalsIgnoreCase("Content-Type")) {
                return header.value();
            }
        }
        return "";
    }
}
