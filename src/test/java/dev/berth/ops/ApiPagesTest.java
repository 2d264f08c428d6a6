package dev.berth.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.NodeSnapshot;
import dev.berth.bus.NodeSnapshot.Queue;
import dev.berth.call.SlotKey;
import dev.berth.cluster.ClusterBoard;
import dev.berth.cluster.Member;
import dev.berth.config.LoadedConfig.Effective;
import dev.berth.error.ErrorCode;
import dev.berth.ingress.CallMeter;
import dev.berth.why.SlotFacts.Refused;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class ApiPagesTest {
    private static final long MILLI = 1_000_000;

    private static final String STREAM = "GET /api/stream HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private final OpsRig rig = new OpsRig();

    @AfterEach
    void close() {
        rig.close();
    }

    private static Queue queue(int key, String image, int idle, int paused, int busy) {
        return new Queue(
                new SlotKey(new byte[] {(byte) (key >> 8), (byte) key}),
                image,
                idle,
                paused,
                busy,
                0,
                key % 2,
                5 * MILLI,
                400 * MILLI,
                0,
                1,
                busy);
    }

    private static NodeSnapshot snapshot(Queue... queues) {
        return new NodeSnapshot(false, 1L << 30, 1L << 28, 4_000, 500, List.of(queues));
    }

    private List<String> images(String path) {
        JsonArray rows = rig.get(path).json().getJsonArray("rows");
        return IntStream.range(0, rows.size())
                .mapToObj(i -> rows.getJsonObject(i).getString("image"))
                .toList();
    }

    @Test
    void nodeIsTold() {
        rig.snapshot = snapshot(queue(1, "a", 3, 2, 1), queue(2, "b", 0, 0, 4));
        rig.open();

        JsonObject node = rig.get("/api/node").json();

        assertThat(node.getMap())
                .containsEntry("id", "node-7")
                .containsEntry("version", "1.2.3")
                .containsEntry("memoryUsedBytes", 1 << 28)
                .containsEntry("cpuUsedMillis", 500)
                .containsEntry("queues", 2)
                .containsEntry("waiting", 1)
                .containsEntry("draining", false);
        assertThat(node.getJsonObject("containers"))
                .isEqualTo(new JsonObject("{\"busy\":5,\"idle\":1,\"frozen\":2,\"starting\":0}"));
    }

    @Test
    void callsAreToldByHowLongTheyTookAndWhyTheyStartedColdOrWereRefused() {
        SlotKey key = new SlotKey(new byte[] {1, 2});
        for (long micros : List.of(0L, 900L, 900L, 1_100L, 1_000_000_000_000L)) {
            rig.meters.calls().ended(null, null, 200, CallMeter.Stage.RUNNING, micros * 300, micros * 700, micros == 0);
        }
        rig.meters.calls().ended(null, ErrorCode.SERVER_BUSY, 503, CallMeter.Stage.WAITING, MILLI, 0, false);
        rig.meters.slots().launched(key, 0, 0);
        rig.meters.slots().launched(key, 1, 0);
        rig.meters.slots().launched(key, 1, 0);
        rig.meters.slots().refused(Refused.NO_ROOM);
        rig.open();

        JsonObject node = rig.get("/api/node").json();

        assertThat(node.getJsonObject("coldStarts")).isEqualTo(new JsonObject("{\"first\":1,\"all_busy\":2}"));
        assertThat(node.getJsonObject("refusals")).isEqualTo(new JsonObject("{\"no_room\":1}"));
        assertThat(node.getJsonArray("took"))
                .isEqualTo(new JsonArray("[{\"underMicros\":5,\"calls\":1},{\"underMicros\":1024,\"calls\":2},"
                        + "{\"underMicros\":1280,\"calls\":1},{\"underMicros\":4294967296,\"calls\":1}]"));
        Schemas.assertValid("Node", node);
    }

    @Test
    void queuesOfOneImageAreOneFunction() {
        rig.snapshot = snapshot(queue(1, "a", 3, 2, 1), queue(2, "b", 0, 0, 1), queue(3, "a", 0, 0, 1));
        rig.open();

        JsonObject row =
                rig.get("/api/functions?filter=A").json().getJsonArray("rows").getJsonObject(0);

        assertThat(row)
                .isEqualTo(new JsonObject(
                        "{\"image\":\"a\",\"queues\":2,\"busy\":2,\"idle\":1,\"frozen\":2,\"starting\":0,\"waiting\":2,"
                                + "\"serviceMillis\":5.0,\"startMillis\":400.0}"));
    }

    @Test
    void rowsAreSortedFilteredAndCut() {
        rig.snapshot = snapshot(queue(1, "one", 0, 0, 1), queue(2, "two", 9, 0, 2), queue(3, "three", 1, 0, 3));
        rig.open();

        assertThat(images("/api/queues")).containsExactly("three", "two", "one");
        assertThat(images("/api/queues?sort=idle")).containsExactly("two", "three", "one");
        assertThat(images("/api/queues?sort=image")).containsExactly("one", "three", "two");
        assertThat(images("/api/queues?filter=T&limit=1&offset=1")).containsExactly("two");
        JsonObject page = rig.get("/api/queues?filter=t&limit=1").json();
        assertThat(page.getInteger("total")).isEqualTo(3);
        assertThat(page.getInteger("found")).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"limit=0", "limit=501", "limit=x", "offset=-1", "sort=nothing", "sort=", "limit=99999999999"})
    void badQueryIsTold(String query) {
        rig.open();

        OpsRig.Answer answer = rig.get("/api/queues?" + query);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().getString("message")).startsWith(query.substring(0, query.indexOf('=')) + " is ");
    }

    @Test
    void peersAreToldWithTheirSlots() {
        rig.snapshot = snapshot(queue(1, "a", 3, 2, 1));
        rig.cluster = new ClusterBoard(new Member("inc-7", "node-7", "10.0.0.1", 9192, 1, "1.2.3", 0), 1);
        rig.open();

        JsonObject self = rig.get("/api/peers?node=inc-7&limit=1")
                .json()
                .getJsonArray("peers")
                .getJsonObject(0);
        assertThat(self.getJsonObject("slots").getInteger("busy")).isEqualTo(1);
        assertThat(self.getJsonArray("queues").getJsonObject(0).getString("image"))
                .isEqualTo("a");
        assertThat(rig.get("/api/peers?node=other").json().getJsonArray("peers"))
                .isEmpty();
        assertThat(rig.get("/api/peers?limit=501").status()).isEqualTo(400);
        assertThat(rig.get("/api/peers?node=" + "x".repeat(201)).status()).isEqualTo(400);
    }

    @Test
    void peersAreToldThoughTheRegistryIsSilent() {
        rig.registry = () -> Future.failedFuture("silent");
        rig.cluster = new ClusterBoard(new Member("inc-7", "node-7", "10.0.0.1", 9192, 1, "1.2.3", 0), 1);
        rig.open();

        JsonObject self = rig.get("/api/peers").json().getJsonArray("peers").getJsonObject(0);
        assertThat(self.getString("id")).isEqualTo("node-7");
        assertThat(self.containsKey("slots")).isFalse();
    }

    @Test
    void settingsSayWhereTheyComeFrom() {
        rig.settings =
                List.of(new Effective("grpc.port", "9190", "default"), new Effective("http.port", "1", "conf:3"));
        rig.open();

        JsonArray rows = rig.get("/api/settings").json().getJsonArray("rows");

        assertThat(rows.getJsonObject(1))
                .isEqualTo(new JsonObject(
                        "{\"key\":\"http.port\",\"value\":\"1\",\"source\":\"conf:3\",\"isDefault\":false}"));
    }

    @Test
    void callOfWhichNothingIsKeptIsToldSo() {
        rig.open();

        assertThat(rig.get("/api/calls").json()).isEqualTo(new JsonObject("{\"calls\":[]}"));
        OpsRig.Answer answer = rig.get("/api/calls/01HX%2F1");
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.json().getString("message")).contains("never here");
        assertThat(rig.get("/api/calls/" + "x".repeat(201)).status()).isEqualTo(400);
        assertThat(rig.get("/api/calls?limit=0").status()).isEqualTo(400);
    }

    @Test
    void whoMayNotLookIsToldNothing() {
        rig.open(OpsRig.config(OpsRig.READER, null));

        for (String path : List.of(
                "/api/node",
                "/api/functions",
                "/api/queues",
                "/api/settings",
                "/api/peers",
                "/api/calls",
                "/api/calls/1",
                "/api/stream")) {
            assertThat(rig.get(path).status()).as(path).isEqualTo(401);
        }
        assertThat(rig.get("/api/node", Map.of("Authorization", "Bearer " + OpsRig.READER))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void documentNamesWhatIsServed() {
        rig.open();

        JsonObject paths = rig.get("/api/openapi.json").json().getJsonObject("paths");

        assertThat(paths.fieldNames()).contains("/", "/healthz", "/version", "/api/node", "/api/queues", "/api/stream");
        List<String> checked = new ArrayList<>();
        for (String path : paths.fieldNames()) {
            boolean read = paths.getJsonObject(path).containsKey("get");
            if (read && !path.equals("/api/stream") && !path.equals("/api/logs") && !path.contains("{")) {
                assertThat(rig.get(path).status()).as(path).isIn(200, 503);
                checked.add(path);
            }
        }
        assertThat(checked).hasSizeGreaterThan(8);
    }

    @Test
    void consoleComesWithItsPolicy() {
        rig.open();

        OpsRig.Answer page = rig.get("/console/");

        assertThat(page.headers()).containsEntry("content-type", "text/html; charset=utf-8");
        assertThat(page.headers().get("content-security-policy")).contains("default-src 'none'");
        assertThat(rig.get("/console/uplot.js").status()).isEqualTo(200);
        assertThat(rig.get("/console/../console/x").status()).isEqualTo(404);
        assertThat(rig.get("/", Map.of("Accept", "text/html,*/*")).headers()).containsEntry("location", "/console/");
    }

    @Test
    void streamTellsTheNodeAgainAndAgain() throws IOException {
        rig.snapshot = snapshot(queue(1, "a\nb", 1, 0, 0));
        rig.open();
        try (Socket socket = rig.connect()) {
            socket.getOutputStream()
                    .write("GET /api/stream HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            for (int i = 0; i < 2; i++) {
                String line = lines.readLine();
                while (!line.startsWith("data: ")) {
                    line = lines.readLine();
                }
                JsonObject event = new JsonObject(line.substring("data: ".length()));
                assertThat(event.getJsonObject("queues")
                                .getJsonArray("rows")
                                .getJsonObject(0)
                                .getString("image"))
                        .isEqualTo("a\nb");
            }
        }
    }

    /** One that reads slowly keeps its place; of all that read nothing the places come free. */
    @Test
    void whoTakesNothingOfAStreamIsDropped() throws IOException {
        rig.snapshot = snapshot(IntStream.range(0, 200)
                .mapToObj(key -> queue(key, "x".repeat(380) + key, 1, 0, 0))
                .toArray(Queue[]::new));
        Duration longer = Duration.ofMinutes(5);
        rig.open(
                OpsRig.config(null, null),
                new ConnectionGuard.Limits(1_024, longer, longer, longer, Duration.ofSeconds(2)));
        List<Socket> deaf = new ArrayList<>();
        try (Socket reads = rig.connect()) {
            stream(reads);
            for (int i = 1; i < LiveStream.MOST_STREAMS; i++) {
                Socket socket = rig.connect();
                deaf.add(socket);
                stream(socket);
            }
            assertThat(rig.get("/api/stream").status()).isEqualTo(503);
            boolean free = false;
            for (int i = 0; i < 500 && !free; i++) {
                assertThat(reads.getInputStream().readNBytes(64 * 1024)).hasSize(64 * 1024);
                try (Socket next = rig.connect()) {
                    next.getOutputStream().write(STREAM.getBytes(StandardCharsets.US_ASCII));
                    free = new String(next.getInputStream().readNBytes(12), StandardCharsets.US_ASCII).endsWith("200");
                }
            }
            assertThat(free).isTrue();
            // Some events later the last is dropped too; whoever is read before would have no end.
            assertThat(reads.getInputStream().readNBytes(2 << 20)).hasSize(2 << 20);
            for (Socket socket : deaf) {
                assertThat(untilItsEnd(socket)).isLessThan(8 << 20);
            }
        } finally {
            for (Socket socket : deaf) {
                socket.close();
            }
        }
    }

    private static void stream(Socket socket) throws IOException {
        socket.getOutputStream().write(STREAM.getBytes(StandardCharsets.US_ASCII));
        assertThat(socket.getInputStream().read()).isEqualTo('H');
    }

    private static long untilItsEnd(Socket socket) throws IOException {
        long bytes = 0;
        try {
            byte[] some = new byte[64 * 1024];
            for (int read = socket.getInputStream().read(some);
                    read >= 0;
                    read = socket.getInputStream().read(some)) {
                bytes += read;
            }
        } catch (SocketException dropped) {
            return bytes;
        }
        return bytes;
    }

    @Test
    void noMoreStreamsThanAreBounded() throws IOException {
        rig.open();
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < LiveStream.MOST_STREAMS; i++) {
                Socket socket = rig.connect();
                sockets.add(socket);
                socket.getOutputStream()
                        .write("GET /api/stream HTTP/1.1\r\nHost: localhost\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
                assertThat(socket.getInputStream().read()).isEqualTo('H');
            }
            assertThat(rig.get("/api/stream").status()).isEqualTo(503);
            assertThat(rig.get("/api/node").status()).isEqualTo(200);
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }
}
