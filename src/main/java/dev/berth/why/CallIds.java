package dev.berth.why;

import java.nio.ByteBuffer;

/**
 * Call ids in 16 bytes: the 26 digits that Fn gives, in full; any other of up to 16 plain characters, in full; of the
 * rest a digest, by which it is found again but cannot be told.
 */
final class CallIds {
    static final byte ULID = 0;
    static final byte PLAIN = 1;
    static final byte DIGEST = 2;

    private static final String DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static final int ULID_DIGITS = 26;
    private static final int BYTES = 16;
    private static final byte[] VALUES = new byte[128];

    static {
        java.util.Arrays.fill(VALUES, (byte) -1);
        for (int i = 0; i < DIGITS.length(); i++) {
            VALUES[DIGITS.charAt(i)] = (byte) i;
        }
    }

    private CallIds() {}

    /**
     * Writes 16 bytes.
     *
     * @return which of the three they are
     */
    static byte put(ByteBuffer into, int at, String id) {
        if (putUlid(into, at, id)) {
            return ULID;
        }
        if (isPlain(id)) {
            for (int i = 0; i < BYTES; i++) {
                into.put(at + i, i < id.length() ? (byte) id.charAt(i) : 0);
            }
            return PLAIN;
        }
        if (id.matches("#[0-9a-f]{32}")) {
            // As it is told: so what a list shows can be asked for.
            into.putLong(at, Long.parseUnsignedLong(id, 1, 17, 16));
            into.putLong(at + Long.BYTES, Long.parseUnsignedLong(id, 17, 33, 16));
            return DIGEST;
        }
        into.putLong(at, digest(id, 0xcbf29ce484222325L));
        into.putLong(at + Long.BYTES, digest(id, 0x9e3779b97f4a7c15L));
        return DIGEST;
    }

    static String get(ByteBuffer from, int at, byte kind) {
        return switch (kind) {
            case ULID -> ulid(from.getLong(at), from.getLong(at + Long.BYTES));
            case PLAIN -> plain(from, at);
            default -> String.format("#%016x%016x", from.getLong(at), from.getLong(at + Long.BYTES));
        };
    }

    private static boolean putUlid(ByteBuffer into, int at, String id) {
        if (id.length() != ULID_DIGITS || id.charAt(0) > '7') {
            return false;
        }
        long high = 0;
        long low = 0;
        for (int i = 0; i < ULID_DIGITS; i++) {
            char digit = id.charAt(i);
            int value = digit < VALUES.length ? VALUES[digit] : -1;
            if (value < 0) {
                return false;
            }
            high = high << 5 | low >>> 59;
            low = low << 5 | value;
        }
        into.putLong(at, high);
        into.putLong(at + Long.BYTES, low);
        return true;
    }

    private static String ulid(long high, long low) {
        char[] id = new char[ULID_DIGITS];
        long restHigh = high;
        long restLow = low;
        for (int i = ULID_DIGITS - 1; i >= 0; i--) {
            id[i] = DIGITS.charAt((int) (restLow & 31));
            restLow = restLow >>> 5 | restHigh << 59;
            restHigh >>>= 5;
        }
        return new String(id);
    }

    private static boolean isPlain(String id) {
        if (id.isEmpty() || id.length() > BYTES) {
            return false;
        }
        for (int i = 0; i < id.length(); i++) {
            if (id.charAt(i) <= ' ' || id.charAt(i) > '~') {
                return false;
            }
        }
        return true;
    }

    private static String plain(ByteBuffer from, int at) {
        StringBuilder id = new StringBuilder(BYTES);
        for (int i = 0; i < BYTES && from.get(at + i) != 0; i++) {
            id.append((char) from.get(at + i));
        }
        return id.toString();
    }

    private static long digest(String id, long seed) {
        long mixed = seed;
        for (int i = 0; i < id.length(); i++) {
            mixed = (mixed ^ id.charAt(i)) * 0x100000001b3L;
            mixed ^= mixed >>> 29;
        }
        return mixed;
    }
}
