package dev.berth.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.berth.bus.NodeSnapshot;
import dev.berth.bus.NodeSnapshot.Queue;
import dev.berth.call.SlotKey;
import dev.berth.config.LoadedConfig.Effective;
import dev.berth.ops.meter.Specs;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The document says what is answered, and it is. */
@Timeout(60)
final class OpenApiTest {
    private static final Pattern REFERENCE = Pattern.compile("#/components/schemas/(\\w+)");

    private final OpsRig rig = new OpsRig();

    @AfterEach
    void close() {
        rig.close();
    }

    private void open() {
        Queue queue = new Queue(new SlotKey(new byte[] {1}), "a/b:1", 3, 2, 1, 1, 4, 5_000_000, 400_000_000, 0, 1, 1);
        rig.snapshot = new NodeSnapshot(true, 1L << 34, 1L << 28, 4_000, 500, List.of(queue));
        rig.settings = List.of(new Effective("grpc.port", "9190", "file"));
        rig.meters.lifecycle().of("container-1", Specs.spec("fn"));
        rig.open();
    }

    private OpsRig.Answer post(String path) {
        return rig.ask(HttpMethod.POST, path, Map.of());
    }

    private JsonObject document() {
        return rig.get("/api/openapi.json").json();
    }

    /** The name of the schema of one answer; empty: it has none. */
    private static String schema(JsonObject document, String path, String method, String status) {
        JsonObject response = document.getJsonObject("paths")
                .getJsonObject(path)
                .getJsonObject(method)
                .getJsonObject("responses")
                .getJsonObject(status);
        assertThat(response).as(method + " " + path + " with " + status).isNotNull();
        JsonObject content = response.getJsonObject("content");
        String reference = content == null
                ? ""
                : content.getJsonObject("application/json")
                        .getJsonObject("schema")
                        .getString("$ref");
        return reference.substring(reference.lastIndexOf('/') + 1);
    }

    private void assertAsPublished(String path, String asked, String method, OpsRig.Answer answer) {
        String name = schema(document(), path, method, Integer.toString(answer.status()));
        assertThat(name).as("schema of " + asked).isNotEmpty();
        Schemas.assertValid(name, answer.json());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/healthz",
                "/readyz",
                "/version",
                "/api/node",
                "/api/functions",
                "/api/queues",
                "/api/containers",
                "/api/settings",
                "/api/peers",
                "/api/calls"
            })
    void whatIsAnsweredHasThePublishedForm(String path) {
        open();

        assertAsPublished(path, path, "get", rig.get(path));
    }

    @Test
    void refusalsHaveThePublishedForm() {
        open();
        for (String bad : List.of("/api/queues?limit=0", "/api/calls?limit=x")) {
            assertAsPublished(bad.substring(0, bad.indexOf('?')), bad, "get", rig.get(bad));
        }
        assertAsPublished("/api/calls/{id}", "/api/calls/nobody", "get", rig.get("/api/calls/nobody"));
        rig.registry = () -> Future.failedFuture("silent");
        rig.cold.set(false);
        assertAsPublished("/readyz", "/readyz", "get", rig.get("/readyz"));
    }

    @Test
    void actionsHaveThePublishedForm() {
        open();
        OpsRig.Answer offered = post("/api/loglevel?level=INFO");
        assertThat(offered.status()).isEqualTo(202);
        assertAsPublished("/api/loglevel", "offer", "post", offered);
        OpsRig.Answer done =
                post("/api/loglevel?level=INFO&nonce=" + offered.json().getString("nonce"));
        assertThat(done.status()).isEqualTo(200);
        assertAsPublished("/api/loglevel", "done", "post", done);
        assertAsPublished("/api/loglevel", "again", "post", post("/api/loglevel?level=INFO&nonce=x"));
        assertAsPublished("/api/functions/{key}/evict", "gone", "post", post("/api/functions/none/evict"));
    }

    @Test
    void everySchemaIsThereAndUsed() {
        open();
        Set<String> used = new TreeSet<>();
        REFERENCE.matcher(document().encode()).results().forEach(found -> used.add(found.group(1)));

        assertThat(used).isEqualTo(new TreeSet<>(Schemas.names()));
        assertThat(document()
                        .getJsonObject("components")
                        .getJsonObject("schemas")
                        .fieldNames())
                .isEqualTo(Schemas.names());
    }

    @Test
    void aFieldThatIsNotPublishedIsNoticed() {
        JsonObject version = new JsonObject().put("version", "1");
        Schemas.assertValid("Version", version);

        assertThat(catchThrowable(
                        () -> Schemas.assertValid("Version", version.copy().put("more", 1))))
                .isInstanceOf(AssertionError.class);
        assertThat(catchThrowable(() -> Schemas.assertValid("Version", new JsonObject())))
                .isInstanceOf(AssertionError.class);
    }
}
