package dev.berth.call;

import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;

/**
 * Checks of the texts of a call that go to the engine, to logs or into the head of a request, and would break or
 * forge something there. The parts of the request itself are {@link HttpSyntax}'s.
 */
final class CallTexts {
    private static final int NAMED = 80;

    private CallTexts() {}

    /** @throws RunnerException INVALID_IMAGE or INVALID_CALL */
    static void check(CallModel model) {
        if (HttpSyntax.hasControl(model.image()) || model.image().isBlank()) {
            throw ErrorCode.INVALID_IMAGE.exception("Invalid Fn image: " + HttpSyntax.printable(model.image()));
        }
        if (SystemLimits.tooLong(model.image())) {
            throw ErrorCode.INVALID_IMAGE.exception("Invalid Fn image: the name may have %d characters, its tag %d: %s"
                    .formatted(SystemLimits.IMAGE_NAME_LENGTH, SystemLimits.IMAGE_TAG_LENGTH, named(model.image())));
        }
        line("id", model.id());
        line("app_id", model.appId());
        line("app_name", model.appName());
        line("fn_id", model.fnId());
        line("path", model.path());
        model.config().forEach(CallTexts::variable);
    }

    private static void line(String key, String text) {
        if (HttpSyntax.hasControl(text)) {
            throw invalid(key + " must have no control characters");
        }
    }

    /** One variable of a container's environment: the kernel keeps it as {@code name=value}, ended by a zero. */
    private static void variable(String name, String value) {
        if (name.isEmpty() || name.indexOf('=') >= 0 || name.indexOf(0) >= 0) {
            throw invalid("config must have names that are not empty and without '=' and NUL, and not '"
                    + HttpSyntax.printable(name) + "'");
        }
        value("config " + HttpSyntax.printable(name), value);
    }

    /** @throws RunnerException INVALID_CALL */
    static String checkExtension(String name, String value) {
        value("extension " + name, value);
        return value;
    }

    private static void value(String what, String value) {
        if (value.indexOf(0) >= 0) {
            throw invalid(what + " must have no NUL");
        }
    }

    /** A name as it may stand in a message: its beginning at least. */
    static String named(String name) {
        return HttpSyntax.printable(name.length() <= NAMED ? name : name.substring(0, NAMED) + "…");
    }

    static RunnerException invalid(String rule) {
        return ErrorCode.INVALID_CALL.exception(ErrorCode.INVALID_CALL.text() + ": " + rule);
    }
}
