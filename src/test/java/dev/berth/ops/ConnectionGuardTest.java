package dev.berth.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What clients may hold of the operations port. */
@Timeout(60)
final class ConnectionGuardTest {
    private static final Duration LONG = Duration.ofMinutes(5);

    private final OpsRig rig = new OpsRig();

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void clientThatSaysNothingIsCutOff() throws IOException {
        rig.open(OpsRig.config(null, null), new ConnectionGuard.Limits(10, Duration.ofMillis(100), LONG, LONG, LONG));

        try (Socket silent = rig.connect()) {
            assertThat(OpsRig.rest(silent)).isEmpty();
        }
        try (Socket slow = rig.connect()) {
            slow.getOutputStream().write("GET / HT".getBytes(StandardCharsets.US_ASCII));
            assertThat(OpsRig.rest(slow)).isEmpty();
        }
    }

    @Test
    void clientThatAsksNoMoreIsCutOff() throws IOException {
        rig.open(OpsRig.config(null, null), new ConnectionGuard.Limits(10, LONG, Duration.ofMillis(100), LONG, LONG));

        assertThat(rig.raw("GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n")).endsWith("{\"version\":\"1.2.3\"}");
    }

    @Test
    void connectionsAreBoundedAndTheOneThatRestsLongestGivesItsPlaceToTheNext() throws IOException {
        rig.open(OpsRig.config(null, null), new ConnectionGuard.Limits(3, LONG, LONG, LONG, LONG));
        List<Socket> held = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Socket socket = rig.connect();
            held.add(socket);
            askedForVersion(socket);
        }

        try (Socket one = rig.connect()) {
            assertThat(OpsRig.rest(held.get(0))).endsWith("{\"version\":\"1.2.3\"}");
            askedForVersion(one);
            // Those that were not the first are served as before.
            askedForVersion(held.get(1));
            askedForVersion(held.get(2));
        }
        for (Socket socket : held) {
            socket.close();
        }
    }

    private static void askedForVersion(Socket socket) throws IOException {
        socket.getOutputStream()
                .write("GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        while (socket.getInputStream().read() != 'H') {
            // The end of the answer before.
            continue;
        }
    }

    @Test
    void whoHasAskedForNothingLosesItsPlaceBeforeThoseThatHave() throws IOException {
        rig.open(OpsRig.config(null, null), new ConnectionGuard.Limits(3, LONG, LONG, LONG, LONG));
        try (Socket asked = rig.connect();
                Socket silent = rig.connect();
                Socket begun = rig.connect()) {
            askedForVersion(asked);
            begun.getOutputStream().write("GET / HT".getBytes(StandardCharsets.US_ASCII));

            assertThat(rig.get("/healthz").status()).isEqualTo(200);

            assertThat(OpsRig.rest(silent)).isEmpty();
            askedForVersion(asked);
        }
    }

    @Test
    void placesOfStreamsAreTakenByNobody() throws IOException {
        rig.open(OpsRig.config(null, null), new ConnectionGuard.Limits(2, LONG, LONG, LONG, LONG));
        try (Socket one = rig.connect();
                Socket two = rig.connect()) {
            for (Socket stream : List.of(one, two)) {
                stream.getOutputStream()
                        .write("GET /api/stream HTTP/1.1\r\nHost: localhost\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
                assertThat(stream.getInputStream().read()).isEqualTo('H');
            }

            try (Socket more = rig.connect()) {
                assertThat(more.getInputStream().read()).isEqualTo(-1);
            }

            assertThat(one.getInputStream().read()).isEqualTo('T');
        }
    }

    @Test
    void probeIsAnsweredWhileSilentClientsHaveEveryConnection() throws IOException {
        rig.open(
                OpsRig.config(null, null),
                new ConnectionGuard.Limits(ConnectionGuard.Limits.DEFAULT.connections(), LONG, LONG, LONG, LONG));
        List<Socket> silent = new ArrayList<>();
        for (int i = 0; i < ConnectionGuard.Limits.DEFAULT.connections() + 10; i++) {
            silent.add(rig.connect());
        }

        assertThat(rig.raw("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200 ");

        for (Socket socket : silent) {
            socket.close();
        }
    }

    @Test
    void aThousandConnectionsThatSayNothingAreBoundedAndCutOff() throws IOException {
        rig.open(
                OpsRig.config(null, null),
                new ConnectionGuard.Limits(
                        ConnectionGuard.Limits.DEFAULT.connections(), Duration.ofSeconds(4), LONG, LONG, LONG));
        List<Socket> idle = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            idle.add(rig.connect());
        }
        assertThat(rig.get("/healthz").status()).isEqualTo(200);

        for (int i = 0; i < 100; i++) {
            idle.add(rig.connect());
        }

        for (Socket socket : idle) {
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
            socket.close();
        }
        assertThat(rig.get("/healthz").status()).isEqualTo(200);
    }
}
