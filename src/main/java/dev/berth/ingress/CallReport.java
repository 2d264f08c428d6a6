package dev.berth.ingress;

import dev.berth.call.CallTimes;
import dev.berth.call.ContainerTimings;
import dev.berth.error.RunnerException;
import dev.berth.proto.CallFinished;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** When a call came, started and ended, and what its caller is told of that at the end. */
final class CallReport {
    private final Instant createdAt = Instant.now();
    private final long created = System.nanoTime();
    private String callId = "";
    private String image = "";
    private @Nullable Instant startedAt;
    private long started;

    /** Once the call document has been read. */
    void describe(String id, String imageName) {
        callId = id;
        image = imageName;
    }

    /** A slot is won. The last one counts. */
    void start() {
        startedAt = Instant.now();
        started = System.nanoTime();
    }

    /** The slot is lost again. */
    void unstart() {
        startedAt = null;
    }

    String callId() {
        return callId;
    }

    /** The closing message, as of now. */
    CallFinished finish(@Nullable RunnerException error, ContainerTimings timings) {
        CallFinished.Builder finished = CallFinished.newBuilder()
                .setSuccess(error == null)
                .setDetails(callId)
                .setCreatedAt(CallTimes.format(createdAt))
                .setImage(image)
                .setImagePullWaitDuration(timings.imagePull())
                .setCtrPrepDuration(timings.prepare())
                .setCtrCreateDuration(timings.create())
                .setInitStartTime(timings.init());
        if (startedAt != null) {
            long now = System.nanoTime();
            finished.setStartedAt(CallTimes.format(startedAt))
                    .setCompletedAt(CallTimes.format(startedAt.plusNanos(now - started)))
                    .setSchedulerDuration(started - created)
                    .setExecutionDuration(now - started);
        }
        if (error != null) {
            finished.setErrorCode(error.wireCode())
                    .setErrorStr(error.getMessage() == null ? error.code().text() : error.getMessage())
                    .setErrorUser(error.userToBlame());
        }
        return finished.build();
    }
}
