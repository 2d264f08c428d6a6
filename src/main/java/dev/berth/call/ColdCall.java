package dev.berth.call;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Calls of the format {@code default}: each has a container of its own, whose environment tells it of the call. */
final class ColdCall {
    /** For how long a container is kept whose caller has gone before it was ready. */
    static final Duration IDLE_TIMEOUT = Duration.ofSeconds(1);

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int KEY_BYTES = 24;

    private ColdCall() {}

    /** A slot key no other call has. */
    static SlotKey key() {
        byte[] key = new byte[KEY_BYTES];
        RANDOM.nextBytes(key);
        return new SlotKey(key);
    }

    /**
     * The call as environment. Names of headers keep their hyphens.
     *
     * @param deadline an early one: the call itself has not been given its own yet
     */
    static Map<String, String> env(CallModel model, Instant deadline) {
        Map<String, String> env = new HashMap<>();
        for (Map.Entry<String, List<String>> header : model.headers().entrySet()) {
            env.merge(
                    "FN_HEADER_" + canonical(header.getKey()),
                    String.join(", ", header.getValue()),
                    (one, other) -> one + ", " + other);
        }
        env.put("FN_DEADLINE", WireTimes.format(deadline));
        env.put("FN_METHOD", model.method());
        env.put("FN_REQUEST_URL", model.url());
        env.put("FN_CALL_ID", model.id());
        return env;
    }

    /** Capital letters at the start and after hyphens, small ones elsewhere. */
    static String canonical(String name) {
        StringBuilder canonical = new StringBuilder(name.length());
        boolean capital = true;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            canonical.append(capital ? upper(c) : lower(c));
            capital = c == '-';
        }
        return canonical.toString();
    }

    private static char upper(char c) {
        return c >= 'a' && c <= 'z' ? (char) (c - 'a' + 'A') : c;
    }

    private static char lower(char c) {
        return c >= 'A' && c <= 'Z' ? (char) (c - 'A' + 'a') : c;
    }
}
