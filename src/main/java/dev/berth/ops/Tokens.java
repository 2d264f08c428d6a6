package dev.berth.ops;

import dev.berth.config.HttpConfig;
import dev.berth.config.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What tokens allow. Wrong ones are compared in the same time as right ones, and from one address only so many a second
 * are looked at, so that guessing takes for ever. Confined to one context.
 */
final class Tokens {
    static final int BAD_PER_SECOND = 10;
    /** Addresses remembered within a second; more share what is left. */
    private static final int MAX_ADDRESSES = 1_024;

    private static final String OTHERS = "";
    private static final String SCHEME = "bearer ";

    private final byte @Nullable [] reader;
    private final byte @Nullable [] operator;
    private final LongSupplier clock;
    private final Map<String, Integer> bad = new HashMap<>();
    private long second;

    /** What became of a request's token. */
    enum Verdict {
        GOOD,
        /** No token, or a wrong one. */
        UNKNOWN,
        /** A token that is not enough. */
        TOO_LITTLE,
        /** Too many wrong ones have come from there. */
        TOO_MANY
    }

    /** @param clock in nanoseconds, never backwards */
    Tokens(HttpConfig config, LongSupplier clock) {
        this.reader = digest(config.readToken());
        this.operator = digest(config.operatorToken());
        this.clock = clock;
    }

    /** Whether there are any. */
    boolean wanted() {
        return reader != null || operator != null;
    }

    /** @param authorization the header; null: none */
    Verdict check(@Nullable String authorization, String address, Role needed) {
        String from = bad.size() < MAX_ADDRESSES || bad.containsKey(address) ? address : OTHERS;
        if (spent(from)) {
            return Verdict.TOO_MANY;
        }
        if (authorization == null || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return Verdict.UNKNOWN;
        }
        byte[] given = sha256(authorization.substring(SCHEME.length()).strip());
        boolean operates = same(operator, given);
        boolean reads = same(reader, given);
        if (!operates && !reads) {
            bad.merge(from, 1, Integer::sum);
            return Verdict.UNKNOWN;
        }
        return operates || needed != Role.OPERATOR ? Verdict.GOOD : Verdict.TOO_LITTLE;
    }

    private boolean spent(String from) {
        long now = TimeUnit.NANOSECONDS.toSeconds(clock.getAsLong());
        if (now != second) {
            second = now;
            bad.clear();
        }
        return bad.getOrDefault(from, 0) >= BAD_PER_SECOND;
    }

    private static boolean same(byte @Nullable [] token, byte[] given) {
        return token != null && MessageDigest.isEqual(token, given);
    }

    private static byte @Nullable [] digest(@Nullable Secret token) {
        return token == null ? null : sha256(token.reveal());
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
