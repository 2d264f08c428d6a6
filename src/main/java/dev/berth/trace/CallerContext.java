package dev.berth.trace;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.Base64;
import java.util.HexFormat;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The trace that a caller has begun, from its metadata: {@code grpc-trace-bin}, which is OpenCensus's and wins, or
 * {@code traceparent} with {@code tracestate}, which are W3C's. What cannot be read counts as not there.
 *
 * <pre>
 *   grpc-trace-bin, in base64:  00   00 trace id (16)   01 span id (8)   02 flags (1)
 *                            version  └── each field after its number, in this order ──┘
 * </pre>
 */
final class CallerContext {
    static final String OPEN_CENSUS = "grpc-trace-bin";

    private static final int TRACE_ID = 2;
    private static final int SPAN_ID = 19;
    private static final int FLAGS = 28;
    /** The flags are optional, and fields that came after them would be ones not known yet. */
    private static final int LEAST = 27;

    private static final int LONGEST_TEXT = 1024;
    private static final TextMapGetter<Function<String, @Nullable String>> METADATA =
            (metadata, name) -> metadata == null ? null : metadata.apply(name);

    private CallerContext() {}

    /** A context with the caller's span, or one without any. */
    static Context read(Function<String, @Nullable String> metadata) {
        SpanContext caller = openCensus(metadata.apply(OPEN_CENSUS));
        return caller.isValid()
                ? Context.root().with(Span.wrap(caller))
                : W3CTraceContextPropagator.getInstance().extract(Context.root(), metadata, METADATA);
    }

    private static SpanContext openCensus(@Nullable String text) {
        if (text == null || text.length() > LONGEST_TEXT) {
            return SpanContext.getInvalid();
        }
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException noBase64) {
            return SpanContext.getInvalid();
        }
        if (bytes.length < LEAST || bytes[0] != 0 || bytes[TRACE_ID - 1] != 0 || bytes[SPAN_ID - 1] != 1) {
            return SpanContext.getInvalid();
        }
        HexFormat hex = HexFormat.of();
        return SpanContext.createFromRemoteParent(
                hex.formatHex(bytes, TRACE_ID, SPAN_ID - 1),
                hex.formatHex(bytes, SPAN_ID, LEAST),
                TraceFlags.fromByte(flags(bytes)),
                TraceState.getDefault());
    }

    private static byte flags(byte[] bytes) {
        return bytes.length > FLAGS && bytes[FLAGS - 1] == 2 ? bytes[FLAGS] : 0;
    }
}
