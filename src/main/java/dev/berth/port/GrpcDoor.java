package dev.berth.port;

import dev.berth.ingress.ClientConnection;
import dev.berth.ingress.Engagement;
import dev.berth.ingress.IngressParts;
import dev.berth.ingress.Oversize;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.grpc.common.GrpcStatus;
import java.util.Set;
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
    private static final String TOO_MUCH_METADATA =
            "grpc: received metadata larger than max (" + ClientConnection.MAX_METADATA_BYTES + " bytes)";

    /** What a stream of a method besides Engage may hold. */
    private static final long SMALL_STREAM_BYTES = Oversize.MAX_SMALL_MESSAGE;

    private static final String ENGAGE = "/RunnerProtocol/Engage";
    /** What is asked most when the node is full, and answered at once. */
    private static final Set<String> QUESTIONS = Set.of(
            "/RunnerProtocol/Status",
            "/RunnerProtocol/Status2",
            "/grpc.health.v1.Health/Check",
            "/grpc.health.v1.Health/List");

    /** What is answered bit by bit, for as long as its client likes. */
    private static final Set<String> STREAMS = Set.of("/RunnerProtocol/StreamLogs", "/grpc.health.v1.Health/Watch");

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
        ClientConnection connection = parts.clients().of(request.connection());
        if (connection == null || !isProtobuf(headers.get(HttpHeaders.CONTENT_TYPE))) {
            request.response().setStatusCode(UNSUPPORTED_MEDIA_TYPE).end();
            return;
        }
        if (connection.isOversized(request.streamId())) {
            refuse(request, GrpcStatus.RESOURCE_EXHAUSTED, TOO_MUCH_METADATA);
            return;
        }
        String encoding = headers.get(ENCODING);
        if (encoding == null) {
            headers.set(ENCODING, IDENTITY);
        } else if (!encoding.equals(IDENTITY)) {
            request.response().putHeader("grpc-accept-encoding", IDENTITY);
            refuse(
                    request,
                    GrpcStatus.UNIMPLEMENTED,
                    "compression " + encoding.replaceAll("[^a-z0-9-]", "?") + " is not supported");
            return;
        }
        if (ENGAGE.equals(request.path())) {
            Engagement stream = new Engagement(parts, connection, request);
            if (parts.clients().admits(connection)) {
                stream.start();
            } else {
                stream.refuse();
            }
        } else if (admits(connection, request)) {
            if (!STREAMS.contains(request.path())) {
                request.response().headersEndHandler(begun -> connection.answered(request.streamId()));
            }
            server.handle(request);
        } else {
            refuse(request, GrpcStatus.RESOURCE_EXHAUSTED, "the runner has too many open streams");
            connection.reset(request.streamId());
        }
    }

    private boolean admits(ClientConnection connection, HttpServerRequest request) {
        if (QUESTIONS.contains(request.path())) {
            return parts.clients().admitsQuestion(connection)
                    && connection.holdForQuestion(request.streamId(), SMALL_STREAM_BYTES);
        }
        return parts.clients().admits(connection) && connection.hold(request.streamId(), SMALL_STREAM_BYTES);
    }

    private static boolean isProtobuf(@Nullable String contentType) {
        return "application/grpc".equals(contentType) || "application/grpc+proto".equals(contentType);
    }

    private static void refuse(HttpServerRequest request, GrpcStatus status, String text) {
        request.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/grpc")
                .putHeader("grpc-status", Integer.toString(status.code))
                .putHeader("grpc-message", text)
                .end();
    }
}
