package dev.berth.call;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Headers that speak of one connection only and are not passed on. */
public final class HopByHop {
    private HopByHop() {}

    /** Whether a header line is passed on. Names compare whatever their case; {@code TE: trailers} is kept. */
    public static boolean keeps(String name, String value) {
        return switch (name.length()) {
            case 2 -> !name.equalsIgnoreCase("te") || value.equals("trailers");
            case 7 -> !name.equalsIgnoreCase("trailer") && !name.equalsIgnoreCase("upgrade");
            case 10 -> !name.equalsIgnoreCase("connection") && !name.equalsIgnoreCase("keep-alive");
            case 16 -> !name.equalsIgnoreCase("proxy-connection");
            case 17 -> !name.equalsIgnoreCase("transfer-encoding");
            case 18 -> !name.equalsIgnoreCase("proxy-authenticate");
            case 19 -> !name.equalsIgnoreCase("proxy-authorization");
            default -> true;
        };
    }

    /** All lines, in order. */
    static List<Header> all(Map<String, List<String>> headers) {
        List<Header> lines = new ArrayList<>(headers.size());
        headers.forEach((name, values) -> values.forEach(value -> lines.add(new Header(name, value))));
        return lines;
    }

    /** The lines that are passed on, in order. */
    static List<Header> strip(Map<String, List<String>> headers) {
        List<Header> kept = new ArrayList<>(headers.size());
        for (Map.Entry<String, List<String>> header : headers.entrySet()) {
            for (String value : header.getValue()) {
                if (keeps(header.getKey(), value)) {
                    kept.add(new Header(header.getKey(), value));
                }
            }
        }
        return kept;
    }
}
