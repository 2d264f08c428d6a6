package dev.berth.ops;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Leads requests to their endpoints, or refuses them. Confined to one context. */
final class Pages implements Handler<HttpServerRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(Pages.class);
    private static final int MAX_BODY = 4_096;
    private static final String NO_ROUTE = "";

    /** Of a path that is told back. */
    private static final int MAX_PATH = 200;

    private final Gatekeeper gate;
    private final ConnectionGuard connections;
    private final Router router;
    private final Meter meter;

    /** Counts answers; the route is that of an endpoint, or {@link #NO_ROUTE}. */
    interface Meter {
        void answered(String method, String route, int status, long nanos);
    }

    Pages(Vertx vertx, Gatekeeper gate, ConnectionGuard connections, List<Endpoint> endpoints, Meter meter) {
        this.meter = meter;
        this.gate = gate;
        this.connections = connections;
        this.router = Router.router(vertx);
        for (Endpoint endpoint : endpoints) {
            router.route(endpoint.method(), endpoint.route()).handler(asked -> serve(endpoint, asked));
            if (endpoint.takes(HttpMethod.HEAD)) {
                router.head(endpoint.route()).handler(asked -> serve(endpoint, asked));
            }
        }
        router.errorHandler(404, asked -> refuse(asked, 404, "Path not found: "));
        router.errorHandler(405, asked -> {
            asked.response().putHeader(HttpHeaders.ALLOW, allowed(endpoints, asked));
            refuse(asked, 405, "Method not allowed: ");
        });
        router.errorHandler(500, Pages::failed);
    }

    @Override
    public void handle(HttpServerRequest request) {
        connections.asked(request);
        countAt(request, NO_ROUTE);
        Answers.secure(request.response());
        request.response().exceptionHandler(gone -> {});
        Gatekeeper.Refusal refusal = gate.refusesAny(request);
        if (refusal != null) {
            Answers.message(request.response(), refusal.status(), refusal.text());
        } else if (bodyTooLarge(request)) {
            Answers.message(request.response(), 413, "a body is at most " + MAX_BODY + " bytes, with Content-Length")
                    .onComplete(told -> request.connection().close());
        } else {
            router.handle(request);
        }
    }

    private void countAt(HttpServerRequest request, String route) {
        long began = System.nanoTime();
        request.response().endHandler(ended -> {
            connections.answered(request);
            meter.answered(
                    request.method().name(), route, request.response().getStatusCode(), System.nanoTime() - began);
        });
    }

    private static boolean bodyTooLarge(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return request.headers().contains(HttpHeaders.TRANSFER_ENCODING)
                || (length != null && (!length.matches("[0-9]{1,4}") || Integer.parseInt(length) > MAX_BODY));
    }

    private void serve(Endpoint endpoint, RoutingContext asked) {
        countAt(asked.request(), endpoint.path());
        Gatekeeper.Refusal refusal = gate.refuses(asked.request(), endpoint.role());
        if (refusal == null) {
            endpoint.handler().accept(asked);
            return;
        }
        if (refusal.status() == 401) {
            asked.response().putHeader("WWW-Authenticate", "Bearer");
        }
        Answers.message(asked.response(), refusal.status(), refusal.text());
    }

    private static void refuse(RoutingContext asked, int status, String why) {
        String path = asked.request().path();
        String shown = path.length() <= MAX_PATH ? path : path.substring(0, MAX_PATH) + "…";
        Answers.message(asked.response(), status, why + asked.request().method() + " " + shown);
    }

    private String allowed(List<Endpoint> endpoints, RoutingContext asked) {
        return String.join(
                ", ",
                endpoints.stream()
                        .filter(endpoint -> endpoint.isAt(asked.normalizedPath()))
                        .map(endpoint -> endpoint.takes(HttpMethod.HEAD)
                                ? "GET, HEAD"
                                : endpoint.method().name())
                        .distinct()
                        .toList());
    }

    private static void failed(RoutingContext asked) {
        LOG.atError()
                .addKeyValue("path", asked.request().path())
                .setCause(asked.failure())
                .log("operations port failed to answer");
        Answers.message(asked.response(), 500, "internal error");
    }
}
