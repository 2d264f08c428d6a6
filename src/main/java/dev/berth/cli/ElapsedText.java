package dev.berth.cli;

import dev.berth.proto.CallFinished;
import java.util.Locale;

/** How long a call took, for people. */
final class ElapsedText {
    private ElapsedText() {}

    static String describe(CallFinished finished) {
        return "call " + finished.getDetails()
                + (finished.getSuccess() ? " succeeded" : " failed")
                + ": waited " + millis(finished.getSchedulerDuration())
                + ", ran " + millis(finished.getExecutionDuration())
                + "; image " + finished.getImage()
                + ": pull " + millis(finished.getImagePullWaitDuration())
                + ", prepare " + millis(finished.getCtrPrepDuration())
                + ", create " + millis(finished.getCtrCreateDuration())
                + ", init " + millis(finished.getInitStartTime())
                + "; created " + finished.getCreatedAt()
                + ", started " + orDash(finished.getStartedAt())
                + ", completed " + orDash(finished.getCompletedAt());
    }

    static String millis(long nanos) {
        return nanos == 0 ? "0" : String.format(Locale.ROOT, "%.3fms", nanos / 1e6);
    }

    private static String orDash(String text) {
        return text.isEmpty() ? "-" : text;
    }
}
