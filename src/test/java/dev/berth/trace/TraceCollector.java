package dev.berth.trace;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.berth.ingress.Await;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Collectors;

/** A collector that takes OTLP and Zipkin's JSON, and keeps what it was sent. */
public final class TraceCollector implements AutoCloseable {
    /**
     * A span, however it came.
     *
     * @param parent empty: none
     * @param tags attributes; with Zipkin's {@code error} for the text of a failed span
     * @param service the name of the service it is of
     * @param events each with its attributes in the order of their names, as {@code name=value}
     */
    public record Seen(
            String name,
            String trace,
            String id,
            String parent,
            boolean server,
            long startMicros,
            long endMicros,
            Map<String, String> tags,
            String service,
            Map<String, String> events) {}

    public final List<Seen> spans = new CopyOnWriteArrayList<>();
    /** The path of each delivery. */
    public final BlockingQueue<String> deliveries = new LinkedBlockingQueue<>();

    /** Answers with this; 0: with nothing at all. */
    public volatile int status = 200;

    private final HttpServer server;

    public TraceCollector(Vertx vertx) {
        // Collectors do not take HTTP/2 by upgrade.
        server = Await.of(vertx.createHttpServer(new HttpServerOptions().setHttp2ClearTextEnabled(false))
                .requestHandler(this::take)
                .listen(0, "127.0.0.1"));
    }

    public String url() {
        return "http://127.0.0.1:" + server.actualPort();
    }

    private void take(HttpServerRequest request) {
        request.body().onSuccess(body -> {
            if (status >= 200 && status < 300) {
                if (request.path().equals("/v1/traces")) {
                    otlp(body);
                } else {
                    zipkin(body);
                }
            }
            deliveries.add(request.path());
            if (status != 0) {
                request.response().setStatusCode(status).end();
            }
        });
    }

    private void otlp(Buffer body) {
        try {
            for (ResourceSpans resource :
                    ExportTraceServiceRequest.parseFrom(body.getBytes()).getResourceSpansList()) {
                String service =
                        tags(resource.getResource().getAttributesList()).get("service.name");
                for (ScopeSpans scope : resource.getScopeSpansList()) {
                    scope.getSpansList().forEach(span -> spans.add(seen(span, service)));
                }
            }
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    private static Seen seen(Span span, String service) {
        Map<String, String> tags = tags(span.getAttributesList());
        if (span.getStatus().getCode() == Status.StatusCode.STATUS_CODE_ERROR) {
            tags.put("error", span.getStatus().getMessage());
        }
        return new Seen(
                span.getName(),
                hex(span.getTraceId()),
                hex(span.getSpanId()),
                hex(span.getParentSpanId()),
                span.getKind() == Span.SpanKind.SPAN_KIND_SERVER,
                span.getStartTimeUnixNano() / 1000,
                span.getEndTimeUnixNano() / 1000,
                tags,
                service,
                events(span));
    }

    private static Map<String, String> events(Span span) {
        Map<String, String> events = new TreeMap<>();
        span.getEventsList()
                .forEach(event -> events.put(
                        event.getName(),
                        tags(event.getAttributesList()).entrySet().stream()
                                .map(Object::toString)
                                .collect(Collectors.joining(" "))));
        return events;
    }

    private static Map<String, String> tags(List<KeyValue> attributes) {
        Map<String, String> tags = new TreeMap<>();
        attributes.forEach(attribute -> tags.put(attribute.getKey(), text(attribute.getValue())));
        return tags;
    }

    private static String text(AnyValue value) {
        return switch (value.getValueCase()) {
            case INT_VALUE -> String.valueOf(value.getIntValue());
            case BOOL_VALUE -> String.valueOf(value.getBoolValue());
            default -> value.getStringValue();
        };
    }

    private static String hex(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }

    private void zipkin(Buffer body) {
        for (Object element : new JsonArray(body)) {
            JsonObject span = (JsonObject) element;
            Map<String, String> tags = new TreeMap<>();
            span.getJsonObject("tags").forEach(tag -> tags.put(tag.getKey(), (String) tag.getValue()));
            Map<String, String> events = new TreeMap<>();
            for (Object annotation : span.getJsonArray("annotations")) {
                String[] parts = ((JsonObject) annotation).getString("value").split(" ", 2);
                events.put(parts[0], parts.length > 1 ? parts[1] : "");
            }
            spans.add(new Seen(
                    span.getString("name"),
                    span.getString("traceId"),
                    span.getString("id"),
                    span.getString("parentId", ""),
                    "SERVER".equals(span.getString("kind")),
                    span.getLong("timestamp"),
                    span.getLong("timestamp") + span.getLong("duration"),
                    tags,
                    span.getJsonObject("localEndpoint").getString("serviceName"),
                    events));
        }
    }

    @Override
    public void close() {
        Await.of(server.close());
    }
}
