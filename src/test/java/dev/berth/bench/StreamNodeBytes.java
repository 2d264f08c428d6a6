package dev.berth.bench;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/** The bytes that the example function stream-node makes: its README defines them. */
final class StreamNodeBytes {
    static final int BLOCK = 1 << 20;
    private static final int SEED = 0x9e3779b9;
    private static final int WORDS_AT = 8;

    private final byte[] block = new byte[BLOCK];

    StreamNodeBytes() {
        ByteBuffer words = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN).position(WORDS_AT);
        int x = SEED;
        while (words.hasRemaining()) {
            x ^= x << 13;
            x ^= x >>> 17;
            x ^= x << 5;
            words.putInt(x);
        }
    }

    /** A block by its number; the array is used again for the next one. */
    byte[] block(long number) {
        ByteBuffer.wrap(block).putLong(0, number);
        return block;
    }

    /** CRC-32C of the first bytes. */
    long crc(long length) {
        CRC32C sum = new CRC32C();
        for (long number = 0, left = length; left > 0; number++, left -= BLOCK) {
            sum.update(block(number), 0, (int) Math.min(left, BLOCK));
        }
        return sum.getValue();
    }

    /** SHA-256 of the first bytes, in hex. */
    String sha256(long length) {
        MessageDigest digest = sha256();
        for (long number = 0, left = length; left > 0; number++, left -= BLOCK) {
            digest.update(block(number), 0, (int) Math.min(left, BLOCK));
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
