package dev.berth.engine.docker;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.dockerjava.api.model.PullResponseItem;
import com.github.dockerjava.api.model.ResponseItem;
import com.github.dockerjava.core.DockerClientConfig;
import dev.berth.error.ErrorCode;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.parsetools.RecordParser;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the stream of JSON lines in which an engine reports how a pull or a load goes. The status of the
 * answer says nothing: it is sent before the work begins, so errors come in the stream.
 */
final class ProgressStream {
    private static final ObjectMapper JSON = DockerClientConfig.getDefaultObjectMapper();
    private static final int MAX_LINE = 1024 * 1024;

    private final Promise<Optional<String>> outcome = Promise.promise();
    private @Nullable String error;

    private ProgressStream() {}

    /**
     * Reads to the end.
     *
     * @return the error the stream tells of, if any; fails if the stream breaks off or takes longer than the
     *     limit, with {@code late}
     */
    static Future<Optional<String>> read(Vertx vertx, HttpClientResponse response, Duration limit, ErrorCode late) {
        ProgressStream progress = new ProgressStream();
        Promise<Optional<String>> outcome = progress.outcome;
        long timer = vertx.setTimer(Math.max(1, limit.toMillis()), id -> outcome.tryFail(late.exception()));
        RecordParser lines = RecordParser.newDelimited("\n", response).maxRecordSize(MAX_LINE);
        lines.exceptionHandler(outcome::tryFail);
        lines.endHandler(end -> outcome.tryComplete(Optional.ofNullable(progress.error)));
        lines.handler(line -> progress.line(line.getBytes()));
        response.resume();
        return outcome.future()
                .onFailure(cause -> response.request().reset())
                .onComplete(done -> vertx.cancelTimer(timer));
    }

    private void line(byte[] line) {
        if (line.length == 0 || error != null) {
            return;
        }
        try {
            PullResponseItem item = JSON.readValue(line, PullResponseItem.class);
            if (item.isErrorIndicated()) {
                ResponseItem.ErrorDetail detail = item.getErrorDetail();
                error = detail == null || detail.getMessage() == null ? "no reason given" : detail.getMessage();
            }
        } catch (IOException e) {
            outcome.tryFail(e);
        }
    }
}
