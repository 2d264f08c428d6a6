package dev.berth.ingress;

import java.nio.charset.StandardCharsets;

/** The {@code grpc-message} header: printable ASCII stands for itself, all else is percent-encoded UTF-8. */
final class GrpcMessageText {
    private static final String HEX = "0123456789ABCDEF";

    private GrpcMessageText() {}

    static String encode(String text) {
        StringBuilder encoded = new StringBuilder(text.length());
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (b >= ' ' && b <= '~' && b != '%') {
                encoded.append((char) b);
            } else {
                encoded.append('%').append(HEX.charAt((b >> 4) & 0xF)).append(HEX.charAt(b & 0xF));
            }
        }
        return encoded.toString();
    }
}
