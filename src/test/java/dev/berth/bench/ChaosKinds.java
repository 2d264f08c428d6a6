package dev.berth.bench;

import static dev.berth.bench.ChaosKind.GIVEN_UP;
import static dev.berth.bench.ChaosKind.ID;
import static dev.berth.bench.ChaosKind.OK;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** All kinds of calls of a chaos run, good, odd and bad. */
final class ChaosKinds {
    private static final String BROKEN = "502 error receiving function response";
    private static final String PIPE = "502 function closed pipe while receiving request";
    private static final String EXIT = "502 container exit code ";
    private static final String OUT_OF_MEMORY = "502 container out of memory, limit 128 MiB";
    private static final String HEAD = "HTTP/1.1 200 OK\r\n";
    private static final String SIZED = HEAD + "Content-Length: " + ID.length() + "\r\n";
    private static final String ANSWER = SIZED + "\r\n" + ID;
    private static final String FOREIGN = HEAD + "X-Foreign: 1\r\nContent-Length: 7\r\n\r\nforeign";
    private static final String CHUNKED = "Transfer-Encoding: chunked\r\n";
    private static final String IN_HEX = Integer.toHexString(ID.length());
    private static final int ORDINARY_FUNCTIONS = 12;

    private ChaosKinds() {}

    /** @param containers whether an engine keeps to memory limits */
    static List<ChaosKind> all(boolean containers) {
        List<ChaosKind> all = new ArrayList<>();
        ordinary(all);
        oddFraming(all);
        badFraming(all);
        leftOvers(all);
        ends(all, containers);
        sockets(all);
        clients(all);
        return all;
    }

    private static void ordinary(List<ChaosKind> all) {
        for (int i = 0; i < ORDINARY_FUNCTIONS; i++) {
            all.add(ChaosKind.of("ordinary-" + i, "frame length; echo", OK).copies(1 + i * 1000));
        }
        all.add(ChaosKind.of("gzip", "read; header Content-Encoding=gzip; gzip " + ID, OK));
        all.add(ChaosKind.of("large head", "read; headers 1000; send " + ID, OK));
        all.add(ChaosKind.of("prints", "read; flood stdout 300000; flood stderr 300000; send " + ID, OK));
        all.add(ChaosKind.of("sleeps", "read; sleep 120; send " + ID, OK));
        all.add(ChaosKind.of("until the end", "read; frame eof; send " + ID, OK));
        all.add(ChaosKind.of("HTTP/1.0", "read; version 1.0; frame eof; send " + ID, OK));
    }

    private static void oddFraming(List<ChaosKind> all) {
        odd(all, "bare line feeds", SIZED.replace("\r", "") + "\n" + ID);
        odd(all, "length twice", SIZED + "Content-Length: " + ID.length() + "\r\n\r\n" + ID);
        odd(all, "length and chunks", HEAD + "Content-Length: 3\r\n" + CHUNKED + "\r\n" + chunks(""));
        odd(all, "blanks after a chunk size", HEAD + CHUNKED + "\r\n" + chunks("  "));
        odd(all, "interim answer", "HTTP/1.1 102 Processing\r\n\r\n" + ANSWER);
    }

    private static String chunks(String blanks) {
        return IN_HEX + blanks + "\r\n" + ID + "\r\n0" + blanks + "\r\n\r\n";
    }

    private static void odd(List<ChaosKind> all, String name, String answer) {
        all.add(ChaosKind.of(name, "read; " + raw(answer), OK));
    }

    private static void badFraming(List<ChaosKind> all) {
        bad(all, "nonsense", "nonsense\r\n\r\n", BROKEN);
        bad(all, "two lengths", HEAD + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", BROKEN);
        bad(all, "no chunk size", HEAD + CHUNKED + "\r\nzz\r\nhello\r\n", BROKEN);
        bad(all, "negative length", HEAD + "Content-Length: -1\r\n\r\nhello", BROKEN);
        bad(all, "not found", SIZED.replace("200 OK", "404 Not Found") + "\r\n" + ID, "502 invalid function response");
        bad(all, "bad gateway", SIZED.replace("200 OK", "502 Bad") + "\r\n" + ID, "502 function failed");
        all.add(ChaosKind.of("cut", "read; frame none; header Content-Length=1000; fill 10; close", BROKEN));
        all.add(ChaosKind.of("bad gzip", "read; header Content-Encoding=gzip; send " + ID, BROKEN));
        all.add(ChaosKind.of("huge head", "read; headers 200000; send x", "502 function response header too large"));
        all.add(ChaosKind.of("huge header", "read; pad 5000000; send x", "502 function response header too large"));
        all.add(ChaosKind.of("hangs up", "read; close", BROKEN));
        all.add(ChaosKind.of("hangs", "read; hang", "504 Timed out").timeout(2));
    }

    private static void bad(List<ChaosKind> all, String name, String answer, String outcome) {
        all.add(ChaosKind.of(name, "read; " + raw(answer), outcome));
    }

    /** What comes while the connection already carries the next call can only be taken for that call's answer. */
    private static void leftOvers(List<ChaosKind> all) {
        odd(all, "left-overs", ANSWER + "junk");
        odd(all, "half an answer more", ANSWER + HEAD + "X-Foreign: 1\r\n");
        odd(all, "answers twice", ANSWER + FOREIGN);
        String late = "read; frame length; send " + ID + "; end; later 30 ";
        all.add(ChaosKind.of("junk later", late + raw("junk\r\n\r\n"), OK, BROKEN));
        all.add(ChaosKind.of("closes later", late + "close", OK, BROKEN, PIPE));
    }

    /** A call that comes as its function is about to end is told how that ended, if the engine says so in time. */
    private static void ends(List<ChaosKind> all, boolean containers) {
        String answered = "read; frame length; send " + ID + "; end; ";
        all.add(ChaosKind.of("exits late", answered + "later 60 exit 1", OK, EXIT + 1, BROKEN, PIPE));
        all.add(ChaosKind.of("exits after the answer", answered + "exit 0", OK, EXIT + 0, BROKEN, PIPE));
        all.add(ChaosKind.of("exits within the answer", "read; fill 100; exit 3", EXIT + 3, BROKEN));
        all.add(ChaosKind.of("exits at once", "exit 4", EXIT + 4, BROKEN, PIPE));
        all.add(ChaosKind.of("killed", "read; kill SIGKILL; hang", EXIT + "137 \\(SIGKILL\\)", BROKEN));
        all.add(ChaosKind.of(
                "forks", "read; fork 1; send " + ID + "; end; later 40 exit 0", OK, EXIT + 0, BROKEN, PIPE));
        all.add(ChaosKind.of("never starts", "echo", "502 Container failed to initialize, .*")
                .config("ENABLE_INIT_EXIT", "3"));
        all.add(ChaosKind.of("deaf", "echo", "502 Container failed to initialize, .*")
                .config("INIT_SOCKET", "deaf"));
        if (containers) {
            all.add(ChaosKind.of("out of memory", "read; alloc 512; send x", OUT_OF_MEMORY, BROKEN));
        }
    }

    private static void sockets(List<ChaosKind> all) {
        String anew = "read; header Connection=close; socket ";
        all.add(ChaosKind.of("socket made anew", anew + "anew; send " + ID, OK));
        all.add(ChaosKind.of("socket of the engine", anew + "away /var/run/docker.sock; send " + ID, OK));
        all.add(ChaosKind.of("socket of another", anew + "away ../1/phonylsnr.sock; send " + ID, OK));
        all.add(ChaosKind.of("socket nowhere", anew + "away nowhere; send " + ID, OK));
    }

    private static void clients(List<ChaosKind> all) {
        all.add(ChaosKind.of("trickles", "frame length; echo", OK)
                .client(ChaosKind.Client.TRICKLES)
                .copies(4));
        for (int i = 0; i < 3; i++) {
            all.add(ChaosKind.of("cancels-" + i, "read; sleep 50; echo; fill 200000", GIVEN_UP)
                    .client(ChaosKind.Client.CANCELS));
            all.add(ChaosKind.of("cuts-" + i, "read; sleep 30; fill 300000", GIVEN_UP)
                    .client(ChaosKind.Client.CUTS)
                    .copies(2000));
        }
    }

    private static String raw(String bytes) {
        return "raw " + URLEncoder.encode(bytes, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
