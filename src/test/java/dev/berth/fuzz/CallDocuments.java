package dev.berth.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;

/** Call documents, from good ones to noise. */
public final class CallDocuments {
    private static final List<String> FIELDS = List.of(
            "\"id\":\"01\"",
            "\"type\":\"sync\"",
            "\"type\":\"detached\"",
            "\"method\":\"POST\"",
            "\"url\":\"http://lb:8080/t/app/route?q=1#f\"",
            "\"timeout\":30",
            "\"idle_timeout\":30",
            "\"tmpfs_size\":16",
            "\"memory\":128",
            "\"cpus\":\"100m\"",
            "\"cpus\":\"1.5\"",
            "\"config\":{\"KEY\":\"value\",\"FN_LISTENER\":\"x\"}",
            "\"annotations\":{\"a/b\":[1,{\"c\":null}]}",
            "\"headers\":{\"X-A\":[\"1\",\"2\"],\"Connection\":[\"close\"]}",
            "\"syslog_url\":\"tcp://logs:514\"",
            "\"app_id\":\"app\"",
            "\"app_name\":\"name\"",
            "\"fn_id\":\"fn\"",
            "\"path\":\"/route\"",
            "\"format\":\"http-stream\"",
            "\"format\":\"default\"",
            "\"created_at\":\"2018-01-01T00:00:00.000Z\"",
            "\"unknown\":[{}]");

    private static final List<String> VALUES = List.of(
            "null",
            "true",
            "0",
            "-1",
            "1e999",
            "1.5",
            "2147483648",
            "9223372036854775807",
            "18446744073709551616",
            "-0",
            "\"\"",
            "\"100m\"",
            "\"-5m\"",
            "\"1024.001\"",
            "\"\\ud800\"",
            "\"\\u0000\"",
            "\"http://[h]:x/%\"",
            "\"Ｋ\u212a\u017f\"",
            "[]",
            "{}",
            "[null]",
            "{\"a\":{}}",
            "{\"a\":[\"b\\r\\nc\"]}",
            "[[\"a\"]]");

    private static final List<byte[]> PIECES = Stream.concat(
                    VALUES.stream(),
                    Stream.of("{", "}", "[", "]", ":", ",", "\"", "\\", "\\u12", "\u0000", "\ufeff", "//", "NaN"))
            .map(text -> text.getBytes(StandardCharsets.UTF_8))
            .toList();

    private CallDocuments() {}

    public static String random(Random random) {
        List<String> fields = new ArrayList<>(List.of("\"image\":\"img:1\""));
        for (int left = random.nextInt(12); left > 0; left--) {
            fields.add(field(random));
        }
        Collections.shuffle(fields, random);
        String document = "{" + String.join(",", fields) + "}";
        if (random.nextInt(4) == 0) {
            return document;
        }
        byte[] bytes = document.getBytes(StandardCharsets.UTF_8);
        return new String(Mutations.some(bytes, random, 6, PIECES), StandardCharsets.UTF_8);
    }

    private static String field(Random random) {
        String field = FIELDS.get(random.nextInt(FIELDS.size()));
        String key = field.substring(0, field.indexOf(':'));
        return switch (random.nextInt(12)) {
            case 0 -> key.toUpperCase(Locale.ROOT) + field.substring(key.length());
            case 1, 2 -> key + ":" + VALUES.get(random.nextInt(VALUES.size()));
            case 3 -> key + ":" + digits(random);
            case 4 -> key + ":" + nested(random);
            case 5 -> key + ":\"" + text(random) + "\"";
            default -> field;
        };
    }

    private static String digits(Random random) {
        StringBuilder digits = new StringBuilder(random.nextBoolean() ? "-" : "");
        for (int left = 1 + random.nextInt(90); left > 0; left--) {
            digits.append(random.nextInt(10));
        }
        return digits.append(random.nextInt(3) == 0 ? ".5e12" : "").toString();
    }

    private static String nested(Random random) {
        int depth = 1 << random.nextInt(14);
        return random.nextBoolean()
                ? "[".repeat(depth) + "]".repeat(random.nextInt(3) == 0 ? depth - 1 : depth)
                : "{\"a\":".repeat(depth) + "1" + "}".repeat(depth);
    }

    /** Any characters, unpaired surrogates among them. */
    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int left = random.nextInt(20); left > 0; left--) {
            text.append((char) random.nextInt(random.nextBoolean() ? 0x80 : 0x10000));
        }
        return text.toString();
    }
}
