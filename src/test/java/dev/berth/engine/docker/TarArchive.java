package dev.berth.engine.docker;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Just enough of a tar writer to make an image from local files. */
final class TarArchive {
    private static final int BLOCK = 512;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    TarArchive folder(String name, int mode) {
        return entry(name + "/", mode, '5', "", new byte[0]);
    }

    TarArchive file(String name, int mode, byte[] content) {
        return entry(name, mode, '0', "", content);
    }

    TarArchive link(String name, String target) {
        return entry(name, 0777, '2', target, new byte[0]);
    }

    byte[] bytes() {
        byte[] content = out.toByteArray();
        return Arrays.copyOf(content, content.length + 2 * BLOCK);
    }

    private TarArchive entry(String name, int mode, char type, String target, byte[] content) {
        byte[] header = new byte[BLOCK];
        text(header, 0, name);
        text(header, 100, String.format("%07o", mode));
        text(header, 108, "0000000");
        text(header, 116, "0000000");
        text(header, 124, String.format("%011o", content.length));
        text(header, 136, "00000000000");
        text(header, 148, "        ");
        header[156] = (byte) type;
        text(header, 157, target);
        text(header, 257, "ustar");
        text(header, 263, "00");
        int sum = 0;
        for (byte value : header) {
            sum += value & 0xff;
        }
        text(header, 148, String.format("%06o\0 ", sum));
        out.writeBytes(header);
        out.writeBytes(content);
        out.writeBytes(new byte[(BLOCK - content.length % BLOCK) % BLOCK]);
        return this;
    }

    private static void text(byte[] header, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }
}
