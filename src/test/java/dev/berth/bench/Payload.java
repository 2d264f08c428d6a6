package dev.berth.bench;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * A body in pieces, made once and sent many times.
 *
 * @param pieces never changed
 * @param crc CRC-32C of all of it
 */
record Payload(List<Buffer> pieces, long length, long crc) {
    static final int FRAME_OF_CLI = 64 * 1024;
    /** What Fn's load balancers cut bodies into. */
    static final int FRAME_OF_BALANCER = 10 * 1024;

    private static final int MULTIPLIER = 1_103_515_245;
    private static final int INCREMENT = 12_345;

    /** Bytes that do not repeat soon, in pieces of at most {@code frame} bytes. */
    static Payload of(long length, int frame) {
        List<Buffer> pieces = new ArrayList<>();
        CRC32C crc = new CRC32C();
        int state = 1;
        for (long left = length; left > 0; left -= frame) {
            byte[] bytes = new byte[(int) Math.min(frame, left)];
            for (int i = 0; i < bytes.length; i++) {
                state = state * MULTIPLIER + INCREMENT;
                bytes[i] = (byte) (state >>> 16);
            }
            crc.update(bytes);
            pieces.add(Buffer.buffer(bytes));
        }
        return new Payload(List.copyOf(pieces), length, crc.getValue());
    }
}
