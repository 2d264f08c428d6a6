package dev.berth.observe;

import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;

/** A failure with its causes, a line for each step; its messages are on one line each. */
final class StackTrace {
    private static final int MAX_DEPTH = 50;

    private final StringBuilder out;
    private final String lineStart;

    private StackTrace(StringBuilder out, String lineStart) {
        this.out = out;
        this.lineStart = lineStart;
    }

    /** @param lineStart begins every line, the first included */
    static void append(StringBuilder out, IThrowableProxy failure, String lineStart) {
        new StackTrace(out, lineStart).append(failure, "", 0);
    }

    private void append(IThrowableProxy failure, String role, int depth) {
        out.append(lineStart).append("\t".repeat(Math.min(depth, 1))).append(role);
        out.append(failure.getClassName());
        if (failure.getMessage() != null) {
            LogText.append(out.append(": "), failure.getMessage());
        }
        if (failure.isCyclic() || depth > MAX_DEPTH) {
            return;
        }
        StackTraceElementProxy[] steps = failure.getStackTraceElementProxyArray();
        int own = steps == null ? 0 : steps.length - failure.getCommonFrames();
        for (int i = 0; i < own; i++) {
            LogText.append(out.append(lineStart).append('\t'), steps[i].getSTEAsString());
        }
        if (failure.getCommonFrames() > 0) {
            out.append(lineStart)
                    .append("\t... ")
                    .append(failure.getCommonFrames())
                    .append(" common frames omitted");
        }
        for (IThrowableProxy suppressed : failure.getSuppressed()) {
            append(suppressed, "Suppressed: ", depth + 1);
        }
        if (failure.getCause() != null) {
            append(failure.getCause(), "Caused by: ", depth + 1);
        }
    }
}
