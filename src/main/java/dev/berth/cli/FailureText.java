package dev.berth.cli;

import java.util.regex.Pattern;

/** What a failure says, in one line for people. */
final class FailureText {
    /** How native transports begin their messages. */
    private static final Pattern NATIVE = Pattern.compile("^\\w+\\(\\.\\.\\) failed with error\\(-?\\d+\\): ");

    private FailureText() {}

    /** The first line of its message, or its kind when it has none. */
    static String of(Throwable failure) {
        String message = failure.getMessage();
        if (message == null || message.isBlank()) {
            return failure.getClass().getSimpleName();
        }
        return NATIVE.matcher(message.lines().findFirst().orElse("")).replaceFirst("");
    }

    /** Preceded by its kind, for failures whose message alone may mean nothing. */
    static String withKind(Throwable failure) {
        String kind = failure.getClass().getSimpleName();
        String text = of(failure);
        return text.equals(kind) ? kind : kind + ": " + text;
    }

    /** What a command that asked a runner says of it, on one line: a status as it is, anything else as our own. */
    static String line(Throwable failure) {
        return TerminalText.of(
                failure instanceof GrpcFailure ? String.valueOf(failure.getMessage()) : "berth: " + withKind(failure));
    }
}
