package dev.berth.trace;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Sends spans as Zipkin's JSON, version 2: what no library does any more for the OpenTelemetry used here. An error is
 * the tag {@code error}.
 */
final class ZipkinExporter implements SpanExporter {
    private static final AttributeKey<String> SERVICE = AttributeKey.stringKey("service.name");
    private static final JsonFactory JSON = new JsonFactory();
    private static final int FIRST_FAILURE = 300;

    private final URI url;
    private final Duration limit;
    private final HttpClient client;

    /** @param limit of one delivery */
    ZipkinExporter(URI url, Duration limit) {
        this.url = url;
        this.limit = limit;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(limit)
                .build();
    }

    /** Blocks until the collector has answered: for the one thread that delivers. */
    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
        HttpRequest request = HttpRequest.newBuilder(url)
                .timeout(limit)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(json(spans)))
                .build();
        try {
            int status =
                    client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
            return status < FIRST_FAILURE
                    ? CompletableResultCode.ofSuccess()
                    : CompletableResultCode.ofExceptionalFailure(new IOException(answer(status)));
        } catch (IOException e) {
            return CompletableResultCode.ofExceptionalFailure(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return CompletableResultCode.ofExceptionalFailure(e);
        }
    }

    static String answer(int status) {
        return "HTTP status " + status;
    }

    private static byte[] json(Collection<SpanData> spans) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartArray();
            for (SpanData span : spans) {
                write(span, json);
            }
            json.writeEndArray();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return out.toByteArray();
    }

    private static void write(SpanData span, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("traceId", span.getTraceId());
        json.writeStringField("id", span.getSpanId());
        if (span.getParentSpanContext().isValid()) {
            json.writeStringField("parentId", span.getParentSpanId());
        }
        json.writeStringField("name", span.getName());
        if (span.getKind() == SpanKind.SERVER) {
            json.writeStringField("kind", "SERVER");
        }
        long start = TimeUnit.NANOSECONDS.toMicros(span.getStartEpochNanos());
        json.writeNumberField("timestamp", start);
        // Zipkin takes a duration of 0 for one that is not known.
        json.writeNumberField("duration", Math.max(1, TimeUnit.NANOSECONDS.toMicros(span.getEndEpochNanos()) - start));
        json.writeObjectFieldStart("localEndpoint");
        json.writeStringField(
                "serviceName", Objects.requireNonNull(span.getResource().getAttribute(SERVICE)));
        json.writeEndObject();
        json.writeArrayFieldStart("annotations");
        for (EventData event : span.getEvents()) {
            json.writeStartObject();
            json.writeNumberField("timestamp", TimeUnit.NANOSECONDS.toMicros(event.getEpochNanos()));
            json.writeStringField("value", annotation(event));
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeObjectFieldStart("tags");
        for (Map.Entry<String, String> tag : tags(span).entrySet()) {
            json.writeStringField(tag.getKey(), tag.getValue());
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    /** Zipkin's annotations are a text: the name, and each attribute as {@code name=value}. */
    private static String annotation(EventData event) {
        StringBuilder text = new StringBuilder(event.getName());
        text(event.getAttributes())
                .forEach((name, value) ->
                        text.append(' ').append(name).append('=').append(value));
        return text.toString();
    }

    private static Map<String, String> text(Attributes attributes) {
        Map<String, String> text = new TreeMap<>();
        attributes.forEach((key, value) -> text.put(key.getKey(), String.valueOf(value)));
        return text;
    }

    private static Map<String, String> tags(SpanData span) {
        Map<String, String> tags = text(span.getAttributes());
        if (span.getStatus().getStatusCode() == StatusCode.ERROR) {
            tags.put("error", span.getStatus().getDescription());
        }
        return tags;
    }

    @Override
    public CompletableResultCode flush() {
        return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
        return CompletableResultCode.ofSuccess();
    }
}
