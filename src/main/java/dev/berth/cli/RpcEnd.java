package dev.berth.cli;

import io.vertx.core.http.HttpClosedException;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcError;
import io.vertx.grpc.common.GrpcErrorException;
import io.vertx.grpc.common.GrpcStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Turns the ways an RPC can end into {@link GrpcFailure}s. */
final class RpcEnd {
    private static final String STATUS = "grpc-status";
    private static final String MESSAGE = "grpc-message";

    /** How Netty begins what it says of an answer that is not HTTP/2. */
    private static final String NO_HTTP2 = "First received frame was not SETTINGS";

    private RpcEnd() {}

    /** Of a response whose last byte has been read: null when the status is OK. */
    static @Nullable GrpcFailure failureOf(GrpcClientResponse<?, ?> response) {
        String status = headerOrTrailer(response, STATUS);
        if ("0".equals(status)) {
            return null;
        }
        String message = headerOrTrailer(response, MESSAGE);
        return new GrpcFailure(name(status), message == null ? "without a message" : decode(message));
    }

    /** Of a stream that broke. */
    static GrpcFailure failure(Throwable failure, RunnerAddress address) {
        if (failure instanceof GrpcFailure known) {
            return known;
        }
        if (failure instanceof GrpcErrorException reset) {
            return failure(reset.error());
        }
        if (failure instanceof HttpClosedException) {
            return new GrpcFailure(GrpcStatus.UNAVAILABLE.name(), "connection to " + address + " lost");
        }
        GrpcStatus status = failure instanceof IOException ? GrpcStatus.UNAVAILABLE : GrpcStatus.UNKNOWN;
        return new GrpcFailure(status.name(), FailureText.withKind(failure));
    }

    /** Of a stream that the runner reset, or that was cancelled here. */
    static GrpcFailure failure(GrpcError error) {
        return new GrpcFailure(error.status.name(), "stream was reset");
    }

    /** Of a connection that was not made. */
    static GrpcFailure unreachable(Throwable failure, RunnerAddress address) {
        if (String.valueOf(failure.getMessage()).startsWith(NO_HTTP2)) {
            return new GrpcFailure(
                    GrpcStatus.UNAVAILABLE.name(),
                    "what listens at " + address
                            + " does not speak gRPC without TLS: is it the operations port, or does "
                            + "it want --tls? Calls go to grpc.port, 9190 unless set");
        }
        return new GrpcFailure(
                GrpcStatus.UNAVAILABLE.name(), "cannot connect to " + address + ": " + FailureText.of(failure));
    }

    private static @Nullable String headerOrTrailer(GrpcClientResponse<?, ?> response, String name) {
        String trailer = response.trailers().get(name);
        return trailer == null ? response.headers().get(name) : trailer;
    }

    private static String name(@Nullable String number) {
        if (number == null) {
            return GrpcStatus.UNKNOWN.name();
        }
        for (GrpcStatus status : GrpcStatus.values()) {
            if (Integer.toString(status.code).equals(number)) {
                return status.name();
            }
        }
        return number;
    }

    /** Undoes gRPC's percent-encoding; what is wrongly encoded stays as it is. */
    static String decode(String message) {
        byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
        byte[] out = new byte[bytes.length];
        int length = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '%'
                    && i + 2 < bytes.length
                    && HexFormat.isHexDigit(bytes[i + 1])
                    && HexFormat.isHexDigit(bytes[i + 2])) {
                out[length++] =
                        (byte) (HexFormat.fromHexDigit(bytes[i + 1]) << 4 | HexFormat.fromHexDigit(bytes[i + 2]));
                i += 2;
            } else {
                out[length++] = bytes[i];
            }
        }
        return new String(out, 0, length, StandardCharsets.UTF_8);
    }
}
