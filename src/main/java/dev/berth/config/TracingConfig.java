package dev.berth.config;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Where traces of calls go; without an address there are none.
 *
 * @param otlpUrl takes OTLP's traces over HTTP, as protobuf
 * @param zipkinUrl takes Zipkin's spans, version 2, as JSON
 * @param sample share of the traces begun here that are kept, 0 to 1
 * @param service the name that traces show this runner by
 */
public record TracingConfig(@Nullable URI otlpUrl, @Nullable URI zipkinUrl, double sample, String service) {
    public boolean on() {
        return otlpUrl != null || zipkinUrl != null;
    }
}
