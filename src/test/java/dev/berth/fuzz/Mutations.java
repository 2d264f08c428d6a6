package dev.berth.fuzz;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Damage to bytes. */
public final class Mutations {
    private Mutations() {}

    /** A copy with up to {@code most} things done to it, perhaps none; some insert one of {@code pieces}. */
    public static byte[] some(byte[] bytes, Random random, int most, List<byte[]> pieces) {
        byte[] damaged = bytes.clone();
        for (int left = random.nextInt(most + 1); left > 0; left--) {
            damaged = one(damaged, random, pieces);
        }
        return damaged;
    }

    private static byte[] one(byte[] bytes, Random random, List<byte[]> pieces) {
        if (bytes.length == 0) {
            return piece(random, pieces);
        }
        int at = random.nextInt(bytes.length);
        int end = Math.min(bytes.length, at + 1 + random.nextInt(16));
        switch (random.nextInt(9)) {
            case 0, 1 -> {
                bytes[at] ^= (byte) (1 << random.nextInt(8));
                return bytes;
            }
            case 2 -> {
                bytes[at] = (byte) random.nextInt(256);
                return bytes;
            }
            case 3 -> {
                return random.nextInt(3) == 0 ? Arrays.copyOf(bytes, at) : bytes;
            }
            case 4 -> {
                return replaced(bytes, at, end, new byte[0]);
            }
            case 5 -> {
                return replaced(bytes, at, at, Arrays.copyOfRange(bytes, random.nextInt(at + 1), end));
            }
            case 6 -> {
                byte[] noise = new byte[1 + random.nextInt(8)];
                random.nextBytes(noise);
                return replaced(bytes, at, at, noise);
            }
            case 7 -> {
                return replaced(bytes, at, end, piece(random, pieces));
            }
            default -> {
                return replaced(bytes, at, at, piece(random, pieces));
            }
        }
    }

    private static byte[] piece(Random random, List<byte[]> pieces) {
        return pieces.isEmpty()
                ? new byte[0]
                : pieces.get(random.nextInt(pieces.size())).clone();
    }

    private static byte[] replaced(byte[] bytes, int from, int to, byte[] by) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.write(bytes, 0, from);
        all.writeBytes(by);
        all.write(bytes, to, bytes.length - to);
        return all.toByteArray();
    }
}
