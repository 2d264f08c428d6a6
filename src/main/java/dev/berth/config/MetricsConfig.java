package dev.berth.config;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is measured, and where it is sent besides the operations port.
 *
 * @param functions how many functions have metrics of their own
 * @param otlpUrl takes OTLP's metrics over HTTP, as protobuf; null: they are sent nowhere
 * @param otlpInterval how often they are sent
 */
public record MetricsConfig(int functions, @Nullable URI otlpUrl, Duration otlpInterval) {}
