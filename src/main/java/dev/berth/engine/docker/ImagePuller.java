package dev.berth.engine.docker;

import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.model.AuthConfig;
import dev.berth.engine.ImageRequest;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpClosedException;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gets images onto the engine. Those who want the same image with the same credentials at the same time share
 * one transfer. Everyone has a time limit of his own; the transfer has a longer one, and goes on when those
 * who waited have left, so that a big image arrives in the end. May be used on any context.
 */
final class ImagePuller {
    private static final Logger log = LoggerFactory.getLogger(ImagePuller.class);
    private static final String DISK_FULL = "no space left on device";
    private static final Duration SHORTEST_TRANSFER_LIMIT = Duration.ofMinutes(20);

    private final Vertx vertx;
    private final EngineApi api;
    private final RegistryCredentials credentials;
    private final Duration limit;
    private final Duration transferLimit;
    private final ConcurrentMap<Transfer, Future<Void>> transfers = new ConcurrentHashMap<>();

    ImagePuller(Vertx vertx, EngineApi api, RegistryCredentials credentials, Duration limit) {
        this.vertx = vertx;
        this.api = api;
        this.credentials = credentials;
        this.limit = limit;
        Duration twice = limit.multipliedBy(2);
        this.transferLimit = twice.compareTo(SHORTEST_TRANSFER_LIMIT) > 0 ? twice : SHORTEST_TRANSFER_LIMIT;
    }

    /**
     * The image, pulled if the engine does not have it. Fails with PULL_FAILED, PULL_TIMEOUT, ENGINE_FAILED,
     * or SERVER_BUSY if the image vanished again at once.
     */
    Future<InspectImageResponse> ensure(ImageRequest request) {
        ImageReference image;
        try {
            image = ImageReference.parse(request.image());
        } catch (RunnerException e) {
            return Future.failedFuture(e);
        }
        return api.inspectImage(image.text())
                .compose(found -> found.isPresent()
                        ? Future.succeededFuture(found.get())
                        : pull(image, request.registryToken()).compose(pulled -> inspectAgain(image)));
    }

    private Future<InspectImageResponse> inspectAgain(ImageReference image) {
        return api.inspectImage(image.text()).map(found -> found.orElseThrow(ErrorCode.SERVER_BUSY::exception));
    }

    private Future<Void> pull(ImageReference image, @Nullable String token) {
        AuthConfig auth = credentials.forImage(image, token);
        Transfer key = new Transfer(
                image.source(),
                image.tag(),
                auth == null ? "" : EngineApi.write(auth).toString());
        Promise<Void> mine = Promise.promise();
        Future<Void> running = transfers.putIfAbsent(key, mine.future());
        if (running == null) {
            running = mine.future();
            transfer(image, auth).onComplete(done -> {
                transfers.remove(key);
                mine.handle(done);
            });
        }
        return join(running);
    }

    /** The shared outcome on the caller's context, or PULL_TIMEOUT when the caller's own time is up. */
    private Future<Void> join(Future<Void> transfer) {
        Promise<Void> joined = Promise.promise();
        Context context = vertx.getOrCreateContext();
        long timer =
                vertx.setTimer(Math.max(1, limit.toMillis()), id -> joined.tryFail(ErrorCode.PULL_TIMEOUT.exception()));
        transfer.onComplete(done -> context.runOnContext(v -> {
            vertx.cancelTimer(timer);
            if (done.succeeded()) {
                joined.tryComplete();
            } else {
                joined.tryFail(done.cause());
            }
        }));
        return joined.future();
    }

    private Future<Void> transfer(ImageReference image, @Nullable AuthConfig auth) {
        log.atInfo().addKeyValue("image", image.text()).log("Pulling image");
        long began = System.nanoTime();
        return api.pull(image.source(), image.tag(), auth, transferLimit)
                .compose(response -> finish(image, response))
                .recover(cause -> Future.failedFuture(failure(image, cause)))
                .onSuccess(pulled -> log.atInfo()
                        .addKeyValue("image", image.text())
                        .addKeyValue("millis", (System.nanoTime() - began) / 1_000_000)
                        .log("Image pulled"))
                .onFailure(
                        cause -> log.atInfo().addKeyValue("image", image.text()).log(cause.getMessage()));
    }

    private Future<Void> finish(ImageReference image, HttpClientResponse response) {
        if (response.statusCode() != 200) {
            return api.http().whole(response).compose(reply -> Future.failedFuture(refused(image, reply)));
        }
        return ProgressStream.read(vertx, response, transferLimit, ErrorCode.PULL_TIMEOUT)
                .compose(error -> error.isPresent()
                        ? Future.failedFuture(failed(image.text(), error.get(), ErrorCode.PULL_FAILED.wire()))
                        : Future.succeededFuture());
    }

    private static RunnerException refused(ImageReference image, EngineResponse reply) {
        boolean clientError = reply.status() >= 400 && reply.status() < 500;
        return failed(image.text(), reply.message(), clientError ? reply.status() : ErrorCode.PULL_FAILED.wire());
    }

    private RunnerException failure(ImageReference image, Throwable cause) {
        if (cause instanceof HttpClosedException) {
            return api.http().gone("is not answering: it broke off the pull of " + image.text());
        }
        if (cause instanceof RunnerException known) {
            return known;
        }
        return failed(image.text(), String.valueOf(cause.getMessage()), ErrorCode.PULL_FAILED.wire());
    }

    /** In the words a load balancer knows; the log has the engine's own. No image is to blame for a full disk. */
    static RunnerException failed(String image, String why, int wire) {
        if (why.contains(DISK_FULL)) {
            return ErrorCode.ENGINE_FAILED.hiding(
                    "Failed to pull image '" + image + "': " + DISK_FULL,
                    "Failed to pull image '" + image + "': " + why);
        }
        String failed = "Failed to pull image '" + image + "': ";
        return ErrorCode.PULL_FAILED.hiding(failed + EngineWords.toCallers(why, image), failed + why, wire);
    }

    /** Transfers equal in these are one. */
    private record Transfer(String source, String tag, String credentials) {}
}
