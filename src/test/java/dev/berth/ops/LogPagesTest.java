package dev.berth.ops;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.berth.logs.LogLine;
import dev.berth.logs.LogOrigin;
import dev.berth.logs.LogTee;
import dev.berth.logs.LogTees;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class LogPagesTest {
    private final OpsRig rig = new OpsRig();
    private final LogTee tee = Objects.requireNonNull(rig.output);

    @AfterEach
    void close() {
        rig.close();
    }

    private void print(String fn, String text) {
        LogTees.print(
                tee,
                new LogLine(
                        new LogOrigin("app-1", fn, "c-" + fn, "team/" + fn),
                        "call-1",
                        1_700_000_000_000L,
                        LogLine.Source.STDERR,
                        ByteString.copyFromUtf8(text)));
    }

    private BufferedReader follow(Socket socket, String query) throws IOException {
        socket.getOutputStream()
                .write(("GET /api/logs" + query + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        BufferedReader reader =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        assertThat(reader.readLine()).isEqualTo("HTTP/1.1 200 OK");
        return reader;
    }

    private static String data(BufferedReader reader, String event) throws IOException {
        String line = reader.readLine();
        while (!line.equals("event: " + event)) {
            line = reader.readLine();
        }
        return reader.readLine().substring("data: ".length());
    }

    @Test
    void whatIsPrintedIsToldAtOnceAfterWhatWasPrintedLast() throws IOException {
        rig.open();
        print("one", "before");
        try (Socket socket = rig.connect()) {
            BufferedReader reader = follow(socket, "");
            assertThat(new JsonObject(data(reader, "line")).getString("text")).isEqualTo("before");

            print("one", "a\nb <script>");

            assertThat(new JsonObject(data(reader, "line")).getMap())
                    .containsEntry("at", 1_700_000_000_000L)
                    .containsEntry("app", "app-1")
                    .containsEntry("fn", "one")
                    .containsEntry("image", "team/one")
                    .containsEntry("container", "c-one")
                    .containsEntry("call", "call-1")
                    .containsEntry("source", "stderr")
                    .containsEntry("text", "a\nb <script>");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"two", "team/two", "c-two"})
    void onlyOneFunctionIsToldOfIfThatIsWanted(String function) throws IOException {
        rig.open();
        try (Socket socket = rig.connect()) {
            BufferedReader reader = follow(socket, "?function=" + function);
            print("one", "a");
            print("two", "b");

            assertThat(new JsonObject(data(reader, "line")).getString("text")).isEqualTo("b");
        }
    }

    @Test
    void withoutFollowingTheAnswerEndsAfterTheLastLines() {
        rig.open();
        print("one", "a");

        assertThat(rig.get("/api/logs?follow=false").text())
                .startsWith("event: line\ndata: {")
                .endsWith("\n\n");
        assertThat(rig.get("/api/logs?follow=false&function=two").text()).isEmpty();
        assertThat(tee.listeners()).isZero();
    }

    @Test
    void whoeverReadsTooSlowlyMissesLinesAndIsToldHowMany() throws IOException {
        rig.open();
        int printed = 40_000;
        try (Socket socket = rig.connect()) {
            BufferedReader reader = follow(socket, "");
            String text = "x".repeat(1_000);
            for (int i = 0; i < printed; i++) {
                print("one", text);
            }
            print("one", "last");

            long dropped = 0;
            int heard = 0;
            boolean over = false;
            while (!over) {
                String line = reader.readLine();
                if (line.equals("event: dropped")) {
                    dropped += new JsonObject(reader.readLine().substring("data: ".length())).getLong("lines");
                } else if (line.equals("event: line")) {
                    heard++;
                    over = reader.readLine().contains("\"text\":\"last\"");
                }
            }
            assertThat(dropped).isPositive();
            assertThat(heard + dropped).isEqualTo(printed + 1L);
        }
    }

    @Test
    void whoeverHasGoneIsForgotten() throws Exception {
        rig.open();
        try (Socket socket = rig.connect()) {
            follow(socket, "");
            assertThat(tee.listeners()).isEqualTo(1);
        }
        while (tee.listeners() > 0) {
            Thread.onSpinWait();
        }
    }

    @Test
    void aNodeThatDoesNotReadOutputSaysSo() {
        rig.output = null;
        rig.open();

        OpsRig.Answer answer = rig.get("/api/logs");
        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.json().getString("message")).contains("logs.live");
    }

    @Test
    void readersNeedTheirToken() {
        rig.open(OpsRig.config(OpsRig.READER, OpsRig.OPERATOR));

        assertThat(rig.get("/api/logs").status()).isEqualTo(401);
        assertThat(rig.get("/api/containers").status()).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"?follow=maybe", "?function=LONG"})
    void whatMakesNoSenseIsRefused(String query) {
        rig.open();

        assertThat(rig.get("/api/logs" + query.replace("LONG", "x".repeat(600))).status())
                .isEqualTo(400);
        assertThat(List.of(tee.listeners())).containsExactly(0);
    }
}
