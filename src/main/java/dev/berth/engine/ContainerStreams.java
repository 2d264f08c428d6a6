package dev.berth.engine;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import io.vertx.core.streams.WriteStream;
import org.jspecify.annotations.Nullable;

/**
 * A container's standard streams. stdout and stderr may share one connection: pausing one may hold up the
 * other, so read or pause them together.
 *
 * @param stdin null when only output is attached
 */
public record ContainerStreams(
        @Nullable WriteStream<Buffer> stdin, ReadStream<Buffer> stdout, ReadStream<Buffer> stderr) {}
