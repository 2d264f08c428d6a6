package dev.berth.bench;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** The body that every reply must have: known beforehand, or whatever the first reply had. For one event loop. */
final class Expected {
    private static final long UNKNOWN = -1;

    private long length;
    private long crc;

    private Expected(long length, long crc) {
        this.length = length;
        this.crc = crc;
    }

    static Expected same(Payload payload) {
        return new Expected(payload.length(), payload.crc());
    }

    static Expected text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        CRC32C sum = new CRC32C();
        sum.update(bytes);
        return new Expected(bytes.length, sum.getValue());
    }

    static Expected known(long length, long crc) {
        return new Expected(length, crc);
    }

    /** The first reply is taken as it comes; those after it must be like it. */
    static Expected likeTheFirst() {
        return new Expected(UNKNOWN, UNKNOWN);
    }

    Reading reading(boolean sums) {
        return new Reading(sums);
    }

    /** One reply as it comes in. */
    final class Reading {
        private static final int SMALL = 4096;

        private final CRC32C sum = new CRC32C();
        private final boolean sums;
        private byte[] copy = new byte[0];
        private long count;

        private Reading(boolean sums) {
            this.sums = sums || length == UNKNOWN || length <= SMALL;
        }

        /** Takes the bytes from {@code start} up to {@code end}. */
        void take(Buffer bytes, int start, int end) {
            count += end - start;
            if (sums) {
                if (copy.length < end - start) {
                    copy = new byte[end - start];
                }
                bytes.getBytes(start, end, copy);
                sum.update(copy, 0, end - start);
            }
        }

        long count() {
            return count;
        }

        /** What is wrong with the whole reply; null if nothing is. */
        @Nullable
        String problem() {
            if (length == UNKNOWN) {
                length = count;
                crc = sum.getValue();
            }
            if (count != length) {
                return "reply of " + count + " bytes instead of " + length;
            }
            return sums && sum.getValue() != crc ? "reply of " + count + " bytes with a wrong checksum" : null;
        }
    }
}
