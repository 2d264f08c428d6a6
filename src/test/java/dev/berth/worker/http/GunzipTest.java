package dev.berth.worker.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** Unpacking in pieces, and what is not gzip. */
final class GunzipTest {

    static byte[] gzip(byte[] plain) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(plain);
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
        return packed.toByteArray();
    }

    private static byte[] join(byte[]... parts) {
        Buffer all = Buffer.buffer();
        for (byte[] part : parts) {
            all.appendBytes(part);
        }
        return all.getBytes();
    }

    /** Unpacks what is fed in pieces of this size. */
    private static byte[] unpack(byte[] packed, int piece) throws InvalidAnswer {
        Buffer all = Buffer.buffer();
        try (Gunzip gunzip = new Gunzip()) {
            for (int at = 0; at < packed.length; at += piece) {
                gunzip.feed(Buffer.buffer(Arrays.copyOfRange(packed, at, Math.min(packed.length, at + piece))));
                for (Buffer next = gunzip.next(); next != null; next = gunzip.next()) {
                    all.appendBuffer(next);
                }
            }
            if (!gunzip.complete()) {
                throw InvalidAnswer.of("cut off");
            }
        }
        return all.getBytes();
    }

    private static byte[] noise(int length) {
        byte[] noise = new byte[length];
        new Random(length).nextBytes(noise);
        return noise;
    }

    @Test
    void comesOutAsItWentInHoweverItIsCut() throws InvalidAnswer {
        for (byte[] plain : new byte[][] {{}, {1}, noise(100), new byte[100_000], noise(200_000)}) {
            byte[] packed = gzip(plain);
            for (int piece : new int[] {1, 7, 1000, 65_536, 1 << 20}) {
                assertThat(unpack(packed, piece)).isEqualTo(plain);
            }
        }
    }

    @Test
    void nothingAtAllIsComplete() throws InvalidAnswer {
        assertThat(unpack(new byte[0], 1)).isEmpty();
    }

    @Test
    void membersFollowEachOther() throws InvalidAnswer {
        byte[] packed = join(gzip(noise(10)), gzip(new byte[0]), gzip(noise(30_000)));
        assertThat(unpack(packed, 5)).isEqualTo(join(noise(10), noise(30_000)));
        assertThat(unpack(packed, 1 << 20)).isEqualTo(join(noise(10), noise(30_000)));
    }

    @Test
    void allPartsOfAHeaderAreUnderstood() throws InvalidAnswer {
        byte[] plain = noise(500);
        byte[] packed = gzip(plain);
        byte[] data = Arrays.copyOfRange(packed, 10, packed.length);
        byte[] fixed = Arrays.copyOf(packed, 10);
        fixed[3] = 2 + 4 + 8 + 16;
        byte[] header = join(fixed, new byte[] {3, 0, 'e', 'x', 't'}, new byte[] {'n', 0}, new byte[] {'c', 'c', 0});
        CRC32 crc = new CRC32();
        crc.update(header);
        byte[] check = {(byte) crc.getValue(), (byte) (crc.getValue() >> 8)};
        assertThat(unpack(join(header, check, data), 1)).isEqualTo(plain);
        fixed[3] = 4;
        assertThat(unpack(join(fixed, new byte[] {0, 0}, data), 3)).isEqualTo(plain);
        check[0]++;
        assertThatThrownBy(() -> unpack(join(header, check, data), 1)).isInstanceOf(InvalidAnswer.class);
    }

    @Test
    void everyPrefixIsCutOffAndEveryBrokenByteOfTheFrameIsSeen() {
        byte[] packed = gzip(noise(300));
        for (int length = 1; length < packed.length; length++) {
            byte[] cut = Arrays.copyOf(packed, length);
            assertThatThrownBy(() -> unpack(cut, 64)).isInstanceOf(InvalidAnswer.class);
        }
        for (int at :
                new int[] {0, 1, 2, 3, packed.length - 8, packed.length - 5, packed.length - 4, packed.length - 1}) {
            byte[] broken = packed.clone();
            broken[at] ^= (byte) 0x80;
            assertThatThrownBy(() -> unpack(broken, 64)).isInstanceOf(InvalidAnswer.class);
        }
        assertThatThrownBy(() -> unpack(join(packed, new byte[] {'j', 'u', 'n', 'k', 1, 2, 3, 4, 5, 6}), 64))
                .isInstanceOf(InvalidAnswer.class);
        assertThatThrownBy(() -> unpack(join(packed, new byte[] {'j'}), 64)).isInstanceOf(InvalidAnswer.class);
    }

    @Test
    void aBombComesOutPieceByPiece() throws InvalidAnswer {
        byte[] bomb = gzip(new byte[64 << 20]);
        long size = 0;
        try (Gunzip gunzip = new Gunzip()) {
            gunzip.feed(Buffer.buffer(bomb));
            for (Buffer next = gunzip.next(); next != null; next = gunzip.next()) {
                assertThat(next.length()).isLessThanOrEqualTo(16 * 1024);
                size += next.length();
            }
            assertThat(gunzip.complete()).isTrue();
        }
        assertThat(size).isEqualTo(64 << 20);
    }

    @Test
    void noiseIsNeverTaken() {
        for (int length = 1; length < 2000; length += 37) {
            byte[] noise = noise(length);
            assertThatThrownBy(() -> unpack(noise, 16)).isInstanceOf(InvalidAnswer.class);
            byte[] begun = join(new byte[] {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, 0}, noise);
            assertThatThrownBy(() -> unpack(begun, 16)).isInstanceOf(InvalidAnswer.class);
        }
    }
}
