package dev.berth.call;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/** What is too long for the system or an engine, so that no container could ever be started with it. */
final class SystemLimits {
    /** What Linux takes of one {@code name=value}, without the zero at its end. */
    static final int VARIABLE_BYTES = 128 * 1024 - 1;
    /**
     * What Linux takes for arguments and environment of a process in all with the usual stack of 8 MiB, without what
     * images bring along: their own variables and their command.
     */
    static final int ENVIRONMENT_BYTES = 2 * 1024 * 1024 - 64 * 1024;
    /** As engines have it. */
    static final int IMAGE_NAME_LENGTH = 255;

    static final int IMAGE_TAG_LENGTH = 128;
    /** Of a variable besides its name and value: {@code =}, the zero, and the pointer to it. */
    private static final int VARIABLE_EXTRA = 10;

    private static final int MAX_BYTES_PER_CHAR = 3;

    private SystemLimits() {}

    /** @throws dev.berth.error.RunnerException INVALID_CALL */
    static void checkEnvironment(Map<String, String> env) {
        long most = 0;
        for (Map.Entry<String, String> variable : env.entrySet()) {
            long chars = (long) variable.getKey().length() + variable.getValue().length();
            most += MAX_BYTES_PER_CHAR * chars + VARIABLE_EXTRA;
            if (MAX_BYTES_PER_CHAR * chars >= VARIABLE_BYTES) {
                checkVariable(variable.getKey(), bytes(variable));
            }
        }
        if (most > ENVIRONMENT_BYTES) {
            checkWhole(env);
        }
    }

    private static void checkVariable(String name, long bytes) {
        if (bytes + 1 > VARIABLE_BYTES) {
            throw CallTexts.invalid("the environment variable '%s' of %d bytes is too long: with '=' it may have %d"
                    .formatted(CallTexts.named(name), bytes, VARIABLE_BYTES));
        }
    }

    private static void checkWhole(Map<String, String> env) {
        long all = 0;
        for (Map.Entry<String, String> variable : env.entrySet()) {
            all += bytes(variable) + VARIABLE_EXTRA;
        }
        if (all > ENVIRONMENT_BYTES) {
            throw CallTexts.invalid("an environment of %d variables and %d bytes is too long: it may have %d"
                    .formatted(env.size(), all, ENVIRONMENT_BYTES));
        }
    }

    private static long bytes(Map.Entry<String, String> variable) {
        return (long) variable.getKey().getBytes(StandardCharsets.UTF_8).length
                + variable.getValue().getBytes(StandardCharsets.UTF_8).length;
    }

    /** Whether an image's name, or its tag, is longer than any engine takes; digests are not looked at. */
    static boolean tooLong(String image) {
        if (image.length() <= IMAGE_TAG_LENGTH) {
            return false;
        }
        int at = image.indexOf('@');
        String named = at < 0 ? image : image.substring(0, at);
        int colon = named.indexOf(':', named.lastIndexOf('/') + 1);
        int name = colon < 0 ? named.length() : colon;
        int tag = colon < 0 ? 0 : named.length() - colon - 1;
        return name > IMAGE_NAME_LENGTH || tag > IMAGE_TAG_LENGTH;
    }
}
