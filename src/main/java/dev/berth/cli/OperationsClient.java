package dev.berth.cli;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A client of one operations port. Thread-safe. */
final class OperationsClient {
    private static final int CONNECT_MILLIS = 3_000;
    private static final long ANSWER_MILLIS = 10_000;
    /** An event stream tells something each few seconds. */
    private static final int SILENT_SECONDS = 30;

    private final Vertx vertx;
    private final HttpClientAgent http;
    private final RunnerAddress address;
    private final @Nullable String token;

    /** An answer that is not what was asked for. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        final int status;

        Refused(int status, String text) {
            super(text, null, false, false);
            this.status = status;
        }
    }

    /**
     * @param tls null: cleartext
     * @param token null: none is shown
     */
    OperationsClient(Vertx vertx, RunnerAddress address, @Nullable ClientTls tls, @Nullable String token) {
        this.vertx = vertx;
        this.address = address;
        this.token = token;
        HttpClientOptions options = new HttpClientOptions()
                .setConnectTimeout(CONNECT_MILLIS)
                .setIdleTimeoutUnit(TimeUnit.SECONDS)
                .setReadIdleTimeout(SILENT_SECONDS);
        if (tls != null) {
            secure(options, tls);
        }
        this.http = vertx.createHttpClient(options);
    }

    /** Completes after a while, for who asks again and again. */
    Future<?> pause(long millis) {
        return vertx.timer(millis);
    }

    private static void secure(HttpClientOptions options, ClientTls tls) {
        options.setSsl(true).setTrustAll(!tls.verify()).setVerifyHost(tls.verify());
        if (tls.authority() != null) {
            options.setTrustOptions(
                    new PemTrustOptions().addCertPath(tls.authority().toString()));
        }
        if (tls.certificate() != null && tls.key() != null) {
            options.setKeyCertOptions(new PemKeyCertOptions()
                    .addCertPath(tls.certificate().toString())
                    .addKeyPath(tls.key().toString()));
        }
    }

    /** Fails with Refused if the answer is not one of 2xx. */
    Future<JsonObject> get(String path) {
        return ask(HttpMethod.GET, path);
    }

    Future<JsonObject> post(String path) {
        return ask(HttpMethod.POST, path);
    }

    private Future<JsonObject> ask(HttpMethod method, String path) {
        return send(
                method,
                path,
                ANSWER_MILLIS,
                response -> response.body()
                        .compose(body -> response.statusCode() / 100 == 2
                                ? Future.succeededFuture(body.toJsonObject())
                                : Future.failedFuture(refused(response.statusCode(), body))));
    }

    /** The head of an answer that does not end; paused. Fails with Refused if there is none. */
    Future<HttpClientResponse> stream(String path) {
        return send(HttpMethod.GET, path, 0, response -> {
            if (response.statusCode() == 200) {
                response.pause();
                return Future.succeededFuture(response);
            }
            return response.body().compose(body -> Future.failedFuture(refused(response.statusCode(), body)));
        });
    }

    /**
     * @param taken gets the answer in the turn it arrives in: later, its body may have passed, and nobody would be told
     */
    private <T> Future<T> send(
            HttpMethod method, String path, long limitMillis, Function<HttpClientResponse, Future<T>> taken) {
        RequestOptions options = new RequestOptions()
                .setHost(address.host())
                .setPort(address.port())
                .setMethod(method)
                .setURI(path)
                .setIdleTimeout(limitMillis);
        if (token != null) {
            options.putHeader(HttpHeaders.AUTHORIZATION, "Bearer " + token);
        }
        return http.request(options).compose(request -> request.send().compose(taken));
    }

    private static Refused refused(int status, Buffer body) {
        String text = "the operations port answers " + status;
        try {
            text += ": " + body.toJsonObject().getString("message");
        } catch (DecodeException | ClassCastException noJson) {
            text = "what listens there is not an operations port (it answers " + status + "): that is http.port of the "
                    + "runner, 9191 unless set";
        }
        return new Refused(status, text);
    }
}
