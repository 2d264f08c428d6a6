package dev.berth.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a function may send as its HTTP response, from good ones to noise. */
public final class FunctionAnswers {
    private static final String GZIP_HEAD = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n";
    /** The letters "hi". */
    private static final String GZIP_HI = "\u001f\u008b\b\u0000\u0000\u0000\u0000\u0000\u0000\u0000"
            + "\u00cb\u00c8\u0004\u0000\u00ac\u002a\u0093\u00d8\u0002\u0000\u0000\u0000";

    private static final List<String> GOOD = List.of(
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;x=y\r\n!\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: T\r\n\r\n2\r\nhi\r\n0\r\nT: 1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nFn-Http-Status: 404\r\nFn-Http-H-X: 1\r\nX: a\r\nX: b\r\nContent-Length: 2\r\n\r\nno",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
            "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nbytes",
            "HTTP/1.1 204 No Content\r\n\r\n",
            "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n",
            "HTTP/1.1 301 Moved\r\nLocation: http://elsewhere/\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 500 Oops\r\nContent-Length: 3\r\n\r\nbad",
            "HTTP/1.1 502 Bad\r\nContent-Length: 3\r\n\r\nbad",
            "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end",
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 3\r\n\r\nbye",
            "HTTP/1.0 200 OK\r\n\r\nold",
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\u001f\u008b\b\u0000",
            GZIP_HEAD + "Content-Length: " + GZIP_HI.length() + "\r\n\r\n" + GZIP_HI,
            GZIP_HEAD + "Content-Length: " + 2 * GZIP_HI.length() + "\r\n\r\n" + GZIP_HI + GZIP_HI,
            "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhi",
            "HTTP/1.1 200 OK\nContent-Length: 2\n\nhi",
            "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n2 \nhi\n0\t\n\n",
            "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");

    private static final List<String> LEFT_OVERS =
            List.of("i", "\r\n", "HTTP/1.1 200 OK\r\nX-Foreign: 1\r\n", "\u0000junk", "0\r\n\r\n");

    private static final List<byte[]> PIECES = Stream.of(
                    "\r\n",
                    "\r\n\r\n",
                    "\n",
                    "\r",
                    ":",
                    " ",
                    "\t",
                    "\u0000",
                    "HTTP/1.1 200 OK\r\n",
                    "HTTP/1.1 100 Continue\r\n\r\n",
                    "HTTP/9.9 ",
                    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                    "Content-Length: 3\r\n",
                    "Content-Length: -1\r\n",
                    "Transfer-Encoding: chunked\r\n",
                    "Transfer-Encoding: gzip, chunked\r\n",
                    "Fn-Http-Status: 99999999999\r\n",
                    "Fn-Http-Status: 0\r\n",
                    "Fn-Http-Status: -7\r\n",
                    "Connection: upgrade\r\n",
                    "ffffffffffffffff\r\n",
                    "0\r\n\r\n",
                    " folded: line\r\n")
            .map(FunctionAnswers::bytes)
            .toList();

    private static final List<String> LENGTHS = List.of(
            "0",
            "1",
            "4",
            "6",
            "64",
            "-1",
            "+5",
            "5, 5",
            "5, 6",
            "0x5",
            "",
            "9223372036854775807",
            "99999999999999999999");
    private static final Pattern LENGTH = Pattern.compile("(?<=Content-Length: )\\d+");
    private static final Pattern CHUNK = Pattern.compile("(?<=\r\n)\\d(?=\r\n|;)");
    private static final Pattern OK_LINE = Pattern.compile(" 200 OK\r?\n");
    private static final Pattern HEADERS_END = Pattern.compile("\r\n\r\n");

    private FunctionAnswers() {}

    /** @param tag put where the caller sees it, into each of several answers and into what comes after them */
    public static byte[] random(Random random, String tag) {
        String answer = GOOD.get(random.nextInt(GOOD.size()));
        switch (random.nextInt(14)) {
            case 0, 1 -> answer = LENGTH.matcher(answer).replaceFirst(lie(random));
            case 2 -> answer = CHUNK.matcher(answer).replaceFirst(lie(random));
            case 3 -> answer = grown(answer, "X-Long: " + "v".repeat(1 << random.nextInt(16)) + "\r\n");
            case 4 -> answer = grown(answer, "X-Many: v\r\n".repeat(1 << random.nextInt(12)));
            case 5 -> answer = longBody(random);
            case 6 -> answer += tagged(GOOD.get(random.nextInt(GOOD.size())), tag);
            case 7 -> answer = "HTTP/1.1 100 Continue\r\n\r\n".repeat(1 << random.nextInt(8)) + answer;
            case 8 -> answer = noise(random, 400);
            case 9 -> answer += leftOver(random, tag);
            case 10 -> answer = answer.replace("\r\n", "\n");
            case 11 -> answer = grown(answer, "a:b\r\n".repeat(20_000));
            default -> {}
        }
        answer = tagged(answer, tag);
        return random.nextInt(3) == 0 ? bytes(answer) : Mutations.some(bytes(answer), random, 4, PIECES);
    }

    /** What comes on a connection on which nothing is due. */
    public static byte[] late(Random random, String tag) {
        return bytes(random.nextBoolean() ? leftOver(random, tag) : tagged(GOOD.get(random.nextInt(GOOD.size())), tag));
    }

    private static String leftOver(Random random, String tag) {
        return LEFT_OVERS.get(random.nextInt(LEFT_OVERS.size())).replace("X-Foreign: 1", "X-Foreign: " + tag);
    }

    private static String tagged(String answer, String tag) {
        return OK_LINE.matcher(answer).replaceFirst("$0X-Tag: " + tag + "\r\n");
    }

    private static String lie(Random random) {
        return Matcher.quoteReplacement(LENGTHS.get(random.nextInt(LENGTHS.size())));
    }

    private static String grown(String answer, String headers) {
        return HEADERS_END.matcher(answer).replaceFirst(Matcher.quoteReplacement("\r\n" + headers + "\r\n"));
    }

    private static String longBody(Random random) {
        int length = random.nextInt(100_000);
        int told = random.nextInt(3) == 0 ? random.nextInt(100_000) : length;
        return "HTTP/1.1 200 OK\r\nContent-Length: " + told + "\r\n\r\n" + noise(random, length);
    }

    private static String noise(Random random, int length) {
        byte[] noise = new byte[length];
        random.nextBytes(noise);
        return new String(noise, StandardCharsets.ISO_8859_1);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
