package dev.berth.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.fuzz.FuzzRun;
import dev.berth.fuzz.Mutations;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Damaged requests to the operations port: each has an answer that is one, or is cut off; nothing is changed by them, no
 * token is told, and the port answers afterwards.
 */
final class OperationsFuzzTest {
    private static final int AT_ONCE = 16;
    private static final int PATIENCE_MILLIS = 600;
    private static final int MOST_BYTES = 1 << 16;
    /** Whoever asks in a protocol that there is not is told so in it. */
    private static final Pattern HEAD = Pattern.compile("(?m)^[!-~\\x80-\\xff]{1,16}/\\d+\\.\\d+ (\\d{3}) ");

    private static final Set<Integer> STATUSES =
            Set.of(200, 202, 302, 304, 400, 401, 403, 404, 405, 409, 413, 414, 429, 431, 501, 503, 505);
    private static final List<byte[]> PIECES = bytes(
            "\r\n",
            "\r\n\r\n",
            "\0",
            " ",
            "%00",
            "%2f..%2f",
            "../",
            "?",
            "&nonce=",
            "nonce=0",
            "HTTP/1.0",
            "HTTP/2.0",
            "Host: evil\r\n",
            "Host: localhost\r\n",
            "Content-Length: 5\r\n",
            "Content-Length: 99999999999\r\n",
            "Transfer-Encoding: chunked\r\n",
            "Authorization: Bearer \r\n",
            "Origin: null\r\n",
            "Expect: 100-continue\r\n",
            "Upgrade: h2c\r\nConnection: Upgrade\r\n",
            "Accept-Encoding: gzip\r\n",
            "\u202e",
            "A: " + "b".repeat(3_000) + "\r\n");
    private static final List<String> PATHS = List.of(
            "/",
            "/healthz",
            "/metrics",
            "/version",
            "/console/",
            "/api/node",
            "/api/functions?filter=x&sort=busy",
            "/api/queues?offset=1&limit=2",
            "/api/containers?sort=forMillis",
            "/api/settings",
            "/api/peers",
            "/api/calls?limit=3",
            "/api/calls/01ABC",
            "/api/openapi.json",
            "/api/logs?follow=false",
            "/api/stream",
            "/api/node/drain",
            "/api/functions/a%2Fb/evict",
            "/api/loglevel?level=debug");

    private static List<byte[]> bytes(String... texts) {
        List<byte[]> all = new ArrayList<>();
        for (String text : texts) {
            all.add(text.getBytes(StandardCharsets.UTF_8));
        }
        return all;
    }

    private static byte[] requests(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(3); i >= 0; i--) {
            text.append(random.nextInt(3) == 0 ? "POST " : "GET ")
                    .append(PATHS.get(random.nextInt(PATHS.size())))
                    .append(" HTTP/1.1\r\nHost: localhost\r\n");
            if (random.nextBoolean()) {
                text.append("Authorization: Bearer ").append(OpsRig.READER).append("\r\n");
            }
            text.append("\r\n");
        }
        text.append("GET /version HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        return Mutations.some(text.toString().getBytes(StandardCharsets.UTF_8), random, 4, PIECES);
    }

    @Test
    @Timeout(3_600)
    void noRequestBreaksThePort() throws Exception {
        Duration brief = Duration.ofMillis(PATIENCE_MILLIS / 2);
        try (FuzzRun run = new FuzzRun(OperationsFuzzTest.class, 5);
                OpsRig rig = new OpsRig()) {
            rig.open(
                    OpsRig.config(OpsRig.READER, OpsRig.OPERATOR),
                    new ConnectionGuard.Limits(1_024, brief, brief, brief, brief));
            ExecutorService clients = Executors.newFixedThreadPool(AT_ONCE);
            try {
                for (int first = 0; first < run.inputs(); first += AT_ONCE) {
                    List<Future<?>> some = new ArrayList<>();
                    for (int i = first; i < Math.min(run.inputs(), first + AT_ONCE); i++) {
                        int input = i;
                        some.add(clients.submit(() -> tryOne(run, rig, input)));
                    }
                    for (Future<?> each : some) {
                        each.get();
                    }
                    run.over(Math.min(run.inputs(), first + AT_ONCE));
                }
            } finally {
                clients.shutdownNow();
            }
            run.verify();
            assertThat(rig.told).isEmpty();
            assertThat(rig.get("/healthz").status()).isEqualTo(200);
        }
    }

    private static void tryOne(FuzzRun run, OpsRig rig, int input) {
        byte[] sent = requests(run.random(input));
        String answers;
        try {
            answers = send(rig, sent);
        } catch (IOException cutOff) {
            return;
        }
        if (answers.isEmpty()) {
            return;
        }
        Matcher answer = HEAD.matcher(answers);
        if (!answer.lookingAt()) {
            run.failed(input, "no answer: " + answers, new String(sent, StandardCharsets.ISO_8859_1));
            return;
        }
        answer.reset();
        while (answer.find()) {
            if (!STATUSES.contains(Integer.parseInt(answer.group(1)))) {
                run.failed(input, "status " + answer.group(1), new String(sent, StandardCharsets.ISO_8859_1));
            }
        }
        if (answers.contains(OpsRig.OPERATOR)) {
            run.failed(input, "the operator's token is told", new String(sent, StandardCharsets.ISO_8859_1));
        }
    }

    private static String send(OpsRig rig, byte[] sent) throws IOException {
        try (Socket socket = rig.connect()) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write(sent);
            ByteArrayOutputStream got = new ByteArrayOutputStream();
            byte[] some = new byte[8_192];
            try {
                int read = socket.getInputStream().read(some);
                while (read >= 0 && got.size() < MOST_BYTES) {
                    got.write(some, 0, read);
                    read = socket.getInputStream().read(some);
                }
            } catch (SocketTimeoutException goesOn) {
                // A stream of events has no end.
            }
            return got.toString(StandardCharsets.ISO_8859_1);
        }
    }
}
