package dev.berth.engine.docker;

import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.AsyncFile;
import io.vertx.core.file.OpenOptions;
import io.vertx.core.http.HttpClientResponse;
import java.nio.file.Path;
import java.time.Duration;

/** Gives the engine an image archive: one streamed from its file, or one in memory. */
final class ImageArchive {
    private static final Duration LIMIT = Duration.ofMinutes(10);

    private final Vertx vertx;
    private final EngineApi api;

    ImageArchive(Vertx vertx, EngineApi api) {
        this.vertx = vertx;
        this.api = api;
    }

    /** Fails with ENGINE_FAILED, saying which file and why. */
    Future<Void> load(Path file) {
        return vertx.fileSystem()
                .open(file.toString(), new OpenOptions().setWrite(false))
                .compose(opened -> send(opened).eventually(opened::close))
                .recover(cause -> Future.failedFuture(failed(file, String.valueOf(cause.getMessage()))));
    }

    /** Fails with ENGINE_FAILED or ENGINE_GONE. */
    Future<Void> load(Buffer archive) {
        return api.loadImages(archive, LIMIT).compose(this::finish);
    }

    private Future<Void> send(AsyncFile file) {
        return api.loadImages(file, LIMIT).compose(this::finish);
    }

    private Future<Void> finish(HttpClientResponse response) {
        if (response.statusCode() != 200) {
            return api.http().whole(response).compose(reply -> Future.failedFuture(reply.failure()));
        }
        return ProgressStream.read(vertx, response, LIMIT, ErrorCode.ENGINE_FAILED)
                .compose(error -> error.isPresent()
                        ? Future.failedFuture(ErrorCode.ENGINE_FAILED.exception(error.get()))
                        : Future.succeededFuture());
    }

    private static RunnerException failed(Path file, String why) {
        return ErrorCode.ENGINE_FAILED.exception("Failed to load images of " + file + ": " + why);
    }
}
