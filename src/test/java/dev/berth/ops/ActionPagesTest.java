package dev.berth.ops;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.berth.bus.NodeSnapshot;
import dev.berth.bus.Queues;
import dev.berth.call.SlotKey;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

@Timeout(60)
final class ActionPagesTest {
    private static final Map<String, String> AS_OPERATOR = Map.of("Authorization", "Bearer " + OpsRig.OPERATOR);
    private static final SlotKey FIRST = new SlotKey(new byte[] {1});
    private static final SlotKey SECOND = new SlotKey(new byte[] {2});

    private final OpsRig rig = new OpsRig();
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void listen() {
        log.start();
        logger().addAppender(log);
        rig.snapshot = new NodeSnapshot(
                false, 1 << 30, 0, 4_000, 0, List.of(queue(FIRST, "team/one", 2, 1), queue(SECOND, "team/one", 1, 0)));
    }

    @AfterEach
    void close() {
        logger().detachAppender(log);
        rig.close();
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger(ActionPages.class);
    }

    private static NodeSnapshot.Queue queue(SlotKey key, String image, int idle, int busy) {
        return Queues.of(key, image, idle, 0, busy, 0, 0);
    }

    private OpsRig.Answer post(String path) {
        return rig.ask(HttpMethod.POST, path, Map.of());
    }

    private String nonceOf(String path) {
        OpsRig.Answer asked = post(path);
        assertThat(asked.status()).isEqualTo(202);
        assertThat(asked.json().getInteger("validSeconds")).isEqualTo(60);
        return asked.json().getString("nonce");
    }

    private static String with(String path, String nonce) {
        return path + (path.contains("?") ? "&" : "?") + "nonce=" + nonce;
    }

    @ParameterizedTest
    @CsvSource({
        "/api/node/drain, drain, Takes no more calls",
        "/api/loglevel?level=debug, level DEBUG, Logs DEBUG and worse",
        "/api/functions/team%2Fone/evict, 'clear [01, 02]', Removes the idle containers of team/one (3 now)"
    })
    void whatIsAskedForTwiceIsDoneOnceAndLogged(String path, String done, String effect) {
        rig.open();

        OpsRig.Answer asked = post(path);
        assertThat(asked.json().getString("effect")).startsWith(effect);
        assertThat(rig.told).isEmpty();
        assertThat(log.list).isEmpty();

        String again = with(path, asked.json().getString("nonce"));
        assertThat(post(again).status()).isEqualTo(200);
        assertThat(rig.told.stream().map(ActionPagesTest::sorted)).containsExactly(done);
        assertThat(log.list).hasSize(1);
        assertThat(log.list.get(0).getKeyValuePairs().toString()).contains("who=\"127.0.0.1:");

        assertThat(post(again).status()).isEqualTo(409);
        assertThat(rig.told).hasSize(1);
    }

    /** Keys come in no order. */
    private static String sorted(String told) {
        return told.equals("clear [02, 01]") ? "clear [01, 02]" : told;
    }

    @Test
    void aQueueIsEvictedByItsKey() {
        rig.open();
        String path = "/api/functions/" + Long.toHexString(FIRST.hash64()) + "/evict";

        post(with(path, nonceOf(path)));

        assertThat(rig.told).containsExactly("clear " + Set.of(FIRST));
    }

    @Test
    void anUnknownFunctionIsNotFound() {
        rig.open();

        assertThat(post("/api/functions/nobody/evict").status()).isEqualTo(404);
    }

    @Test
    void aNonceIsForOneActionAlone() {
        rig.open();
        String forLevel = nonceOf("/api/loglevel?level=info");

        assertThat(post(with("/api/node/drain", forLevel)).status()).isEqualTo(409);
        assertThat(post(with("/api/loglevel?level=debug", nonceOf("/api/loglevel?level=info")))
                        .status())
                .isEqualTo(409);
        assertThat(rig.told).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"/api/loglevel", "/api/loglevel?level=loud", "/api/loglevel?level=info&level=debug"})
    void aLevelThatIsNoneIsRefused(String path) {
        rig.open();

        OpsRig.Answer answer = post(path);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json())
                .isEqualTo(new JsonObject("{\"message\":\"level is one of TRACE, DEBUG, INFO, WARN, ERROR\"}"));
    }

    @Test
    void aNodeThatDrainsIsNotDrainedAgain() {
        rig.open();
        rig.counters.drain(() -> {});

        assertThat(post("/api/node/drain").status()).isEqualTo(409);
    }

    @Test
    void onlyOperatorsChangeAnything() {
        rig.open(OpsRig.config(OpsRig.READER, OpsRig.OPERATOR));
        String path = "/api/node/drain";
        Map<String, String> asReader = Map.of("Authorization", "Bearer " + OpsRig.READER);

        assertThat(rig.ask(HttpMethod.POST, path, Map.of()).status()).isEqualTo(401);
        assertThat(rig.ask(HttpMethod.POST, path, asReader).status()).isEqualTo(403);
        OpsRig.Answer asked = rig.ask(HttpMethod.POST, path, AS_OPERATOR);
        assertThat(asked.status()).isEqualTo(202);
        String again = with(path, asked.json().getString("nonce"));
        assertThat(rig.ask(HttpMethod.POST, again, asReader).status()).isEqualTo(403);
        assertThat(rig.ask(HttpMethod.POST, again, AS_OPERATOR).status()).isEqualTo(200);
        assertThat(rig.told).containsExactly("drain");
        assertThat(log.list.get(0).getKeyValuePairs().toString())
                .contains("operator token")
                .doesNotContain(OpsRig.OPERATOR);
    }

    @ParameterizedTest
    @CsvSource({"Origin, http://evil.example", "Origin, null", "Sec-Fetch-Site, cross-site", "Sec-Fetch-Site, same-site"
    })
    void otherSitesChangeNothing(String header, String value) {
        rig.open();

        assertThat(rig.ask(HttpMethod.POST, "/api/node/drain", Map.of(header, value))
                        .status())
                .isEqualTo(403);
    }

    @Test
    void theDocumentOfThePortTellsOfThem() {
        rig.open();

        JsonObject paths = rig.get("/api/openapi.json").json().getJsonObject("paths");
        for (String path : List.of("/api/node/drain", "/api/functions/{key}/evict", "/api/loglevel")) {
            JsonObject post = paths.getJsonObject(path).getJsonObject("post");
            assertThat(post.getJsonObject("responses").fieldNames()).contains("200", "202", "401", "403", "409");
            assertThat(post.getJsonArray("parameters").stream().map(each -> ((JsonObject) each).getString("name")))
                    .contains("nonce");
        }
        assertThat(paths.getJsonObject("/api/functions/{key}/evict")
                        .getJsonObject("post")
                        .getJsonArray("parameters")
                        .getJsonObject(0)
                        .getString("in"))
                .isEqualTo("path");
    }

    @Test
    void gettingChangesNothing() {
        rig.open();

        assertThat(rig.get("/api/node/drain").status()).isEqualTo(405);
    }

    @Test
    void aNonceHoldsForAMinuteAndOnlyTheNewestDo() {
        long[] now = {Long.MAX_VALUE - 1};
        Nonces nonces = new Nonces(() -> now[0]);
        String late = nonces.make("a");
        String inTime = nonces.make("a");
        now[0] += 59_999_999_999L;
        assertThat(nonces.use(inTime, "a")).isTrue();
        now[0]++;
        assertThat(nonces.use(late, "a")).isFalse();

        String oldest = nonces.make("a");
        for (int i = 0; i < 64; i++) {
            nonces.make("b");
        }
        assertThat(nonces.use(oldest, "a")).isFalse();
    }
}
