package dev.berth.ingress;

import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.grpc.common.GrpcStatus;
import org.jspecify.annotations.Nullable;

/**
 * Lets only plain gRPC through: protobuf messages that are not compressed. Messages that say they are
 * compressed when their stream does not would otherwise leave a stream hanging, and compressed ones could
 * grow past every limit. Engage streams are served here, all else by the library.
 */
final class GrpcDoor implements Handler<HttpServerRequest> {
    private static final int UNSUPPORTED_MEDIA_TYPE = 415;
    private static final String ENCODING = "grpc-encoding";
    private static final String IDENTITY = "identity";

    private static final String ENGAGE = "/RunnerProtocol/Engage";

    private final IngressParts parts;
    private final Handler<HttpServerRequest> server;

    /** @param server takes what is not Engage */
    GrpcDoor(IngressParts parts, Handler<HttpServerRequest> server) {
        this.parts = parts;
        this.server = server;
    }

    @Override
    public void handle(HttpServerRequest request) {
        MultiMap headers = request.headers();
        if (request.version() != HttpVersion.HTTP_2 || !isProtobuf(headers.get(HttpHeaders.CONTENT_TYPE))) {
            request.response().setStatusCode(UNSUPPORTED_MEDIA_TYPE).end();
            return;
        }
        String encoding = headers.get(ENCODING);
        if (encoding == null) {
            headers.set(ENCODING, IDENTITY);
        } else if (!encoding.equals(IDENTITY)) {
            refuseCompression(request, encoding);
            return;
        }
        if (ENGAGE.equals(request.path())) {
            new Engagement(parts, request).start();
        } else {
            server.handle(request);
        }
    }

    private static boolean isProtobuf(@Nullable String contentType) {
        return "application/grpc".equals(contentType) || "application/grpc+proto".equals(contentType);
    }

    private static void refuseCompression(HttpServerRequest request, String encoding) {
        request.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/grpc")
                .putHeader("grpc-accept-encoding", IDENTITY)
                .putHeader("grpc-status", Integer.toString(GrpcStatus.UNIMPLEMENTED.code))
                .putHeader(
                        "grpc-message", "compression " + encoding.replaceAll("[^a-z0-9-]", "?") + " is not supported")
                .end();
    }
}
