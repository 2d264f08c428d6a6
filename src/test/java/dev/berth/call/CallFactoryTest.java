package dev.berth.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.config.CallConfig;
import dev.berth.conformance.Rule;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CallFactoryTest {
    private static final byte[] NONE = {};
    private static final CallFactory PLAIN = factory(Map.of(), Set.of(), false);

    @Test
    void environmentIsConfigAndFormatAndTheListenerIsLeftToTheEngine() {
        ContainerSpec spec =
                PLAIN.spec(model("\"config\":{\"A\":\"1\",\"FN_LISTENER\":\"x\",\"FN_FORMAT\":\"y\"}"), NONE, Map.of());

        assertThat(spec.env()).isEqualTo(Map.of("A", "1", "FN_FORMAT", "http-stream"));
    }

    private static void assertTooLong(CallModel model) {
        assertThatThrownBy(() -> PLAIN.spec(model, NONE, Map.of()))
                .isInstanceOfSatisfying(RunnerException.class, refused -> {
                    assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_CALL);
                    assertThat(refused.wireCode()).isEqualTo(400);
                    assertThat(refused.getMessage())
                            .startsWith("Invalid call: ")
                            .contains("too long")
                            .hasSizeLessThan(300);
                });
    }

    private static CallModel config(String name, String value) {
        return model("\"config\":{\"" + name + "\":\"" + value + "\"}");
    }

    @Test
    void aVariableThatNoProcessCanBeStartedWithIsRefused() {
        int room = 128 * 1024 - 1 - "NAME=".length();
        assertThat(PLAIN.spec(config("NAME", "x".repeat(room)), NONE, Map.of()).env())
                .containsKey("NAME");
        assertTooLong(config("NAME", "x".repeat(room + 1)));
        assertTooLong(config("NAME", "é".repeat(room / 2 + 1)));
        assertThat(PLAIN.spec(config("NAME", "é".repeat(room / 2)), NONE, Map.of())
                        .env())
                .containsKey("NAME");
        // Functions of 2018 have headers as variables.
        assertTooLong(model("\"format\":\"default\",\"headers\":{\"X\":[\"" + "x".repeat(room) + "\",\"y\"]}"));
    }

    @Test
    void anEnvironmentThatNoProcessCanBeStartedWithIsRefused() {
        StringBuilder most = new StringBuilder();
        for (int i = 10; i < 30; i++) {
            most.append(i == 10 ? "" : ",")
                    .append("\"V" + i + "\":\"")
                    .append("x".repeat(100_000))
                    .append('"');
        }
        assertThat(PLAIN.spec(model("\"config\":{" + most + "}"), NONE, Map.of())
                        .env())
                .hasSize(21);
        assertTooLong(model("\"config\":{" + most + ",\"W\":\"" + "x".repeat(100_000) + "\"}"));
    }

    @Test
    @Rule("env-legacy")
    void environmentOfLegacyFormatsIsTheModelsAlone() {
        ContainerSpec spec =
                PLAIN.spec(model("\"format\":\"json\",\"config\":{\"FN_FORMAT\":\"json\"}"), NONE, Map.of());

        assertThat(spec.env()).isEqualTo(Map.of("FN_FORMAT", "json"));
        assertThat(spec.format()).isEqualTo(CallFormat.JSON);
    }

    @Test
    void everyColdCallHasAKeyAndAnEnvironmentOfItsOwn() {
        CallModel model = model("\"format\":\"default\",\"id\":\"c\",\"method\":\"PUT\",\"url\":\"/u\",\"timeout\":30,"
                + "\"config\":{\"A\":\"1\",\"FN_METHOD\":\"x\"},"
                + "\"headers\":{\"x-multi-VALUE\":[\"1\",\"2\"],\"Connection\":[\"close\"]}");
        Instant before = Instant.now();
        ContainerSpec spec = PLAIN.spec(model, "00ff".getBytes(StandardCharsets.US_ASCII), Map.of());

        assertThat(spec.key()).isNotEqualTo(PLAIN.spec(model, NONE, Map.of()).key());
        assertThat(spec.env())
                .containsEntry("A", "1")
                .containsEntry("FN_METHOD", "PUT")
                .containsEntry("FN_REQUEST_URL", "/u")
                .containsEntry("FN_CALL_ID", "c")
                .containsEntry("FN_HEADER_X-Multi-Value", "1, 2")
                .containsEntry("FN_HEADER_Connection", "close")
                .hasSize(7);
        assertThat(Instant.parse(spec.env().get("FN_DEADLINE")))
                .isBetween(before.plusSeconds(29), Instant.now().plusSeconds(30));
        assertThat(spec.idleTimeout()).isLessThan(model.idleTimeout());
    }

    @Test
    void legacyFormatsGetEveryHeader() {
        CallModel model = model("\"format\":\"http\",\"headers\":{\"Connection\":[\"x\"],\"TE\":[\"gzip\"]}");

        assertThat(PLAIN.request(model, Instant.EPOCH, null).headers())
                .containsExactly(new Header("Connection", "x"), new Header("TE", "gzip"));
    }

    @Test
    @Rule("extension-passed")
    void extraEnvironmentAndPassedExtensionsAreAdded() {
        CallFactory calls = factory(Map.of("EXTRA", "e"), Set.of("TENANT"), false);

        ContainerSpec spec = calls.spec(
                model("\"config\":{\"A\":\"1\",\"EXTRA\":\"own\"}"),
                NONE,
                Map.of("TENANT", "t", "OTHER", "o", "FN_REGISTRY_TOKEN", "secret"));

        assertThat(spec.env()).isEqualTo(Map.of("A", "1", "EXTRA", "e", "TENANT", "t", "FN_FORMAT", "http-stream"));
        assertThat(spec.registryToken()).isEqualTo("secret");
        assertThat(spec.extensions()).containsKey("OTHER");
    }

    @Test
    void calculatesWithAnyMemoryAndTmpfs() {
        ContainerSpec spec =
                PLAIN.spec(model("\"memory\":18446744073709551615,\"tmpfs_size\":4294967295"), NONE, Map.of());

        assertThat(spec.reservedBytes()).isGreaterThan(1L << 62);
    }

    @Test
    void whatReservesNothingIsNeverEvicted() {
        assertThat(PLAIN.spec(model("\"memory\":0"), NONE, Map.of()).evictable())
                .isFalse();
        assertThat(PLAIN.spec(model("\"memory\":1"), NONE, Map.of()).evictable())
                .isTrue();
        assertThat(PLAIN.spec(model("\"cpus\":\"1m\""), NONE, Map.of()).evictable())
                .isTrue();
    }

    @Test
    void statusImageIsReserved() {
        assertFails(
                ErrorCode.INVALID_IMAGE,
                () -> PLAIN.spec(CallModelParser.parse("{\"image\":\"status:1\"}"), NONE, Map.of()));
    }

    @Test
    void detachedCallsNeedTheSwitch() {
        CallModel detached = model("\"type\":\"detached\"");

        assertFails(ErrorCode.DETACH_UNSUPPORTED, () -> PLAIN.spec(detached, NONE, Map.of()));
        assertThat(factory(Map.of(), Set.of(), true).spec(detached, NONE, Map.of()))
                .isNotNull();
    }

    @Test
    void slotKeyOfTheBalancerIsHexOrTheBytesThemselves() {
        assertThat(key("00ffAB".getBytes(StandardCharsets.US_ASCII))).isEqualTo(new SlotKey(new byte[] {0, -1, -85}));
        byte[] raw = {1, 2, (byte) 0x80, 4};
        assertThat(key(raw)).isEqualTo(new SlotKey(raw));
    }

    @ParameterizedTest
    @ValueSource(strings = {"abc", "xy", "0g", "  "})
    void otherSlotKeysAreRefused(String id) {
        assertFails(ErrorCode.INVALID_SLOT_HASH, () -> key(id.getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void everyInputOfTheSlotKeyTellsCallsApart() {
        CallFactory calls = factory(Map.of(), Set.of("PASSED"), false);
        Set<SlotKey> keys = new HashSet<>();
        List<String> variants = List.of(
                "",
                "\"app_id\":\"a\"",
                "\"fn_id\":\"a\"",
                "\"path\":\"a\"",
                "\"syslog_url\":\"udp://a\"",
                "\"timeout\":31",
                "\"idle_timeout\":31",
                "\"tmpfs_size\":1",
                "\"memory\":1",
                "\"cpus\":\"1m\"",
                "\"config\":{\"a\":\"\"}",
                "\"config\":{\"a\":\"b\"}",
                "\"config\":{\"ab\":\"\"}",
                "\"annotations\":{\"a\":\"\"}",
                "\"annotations\":{\"a\":1}",
                "\"format\":\"json\"",
                "\"format\":\"http\"");
        variants.forEach(
                fields -> keys.add(calls.spec(model(fields), NONE, Map.of()).key()));
        keys.add(calls.spec(model(""), NONE, Map.of("PASSED", "1")).key());
        keys.add(calls.spec(CallModelParser.parse("{\"image\":\"j\"}"), NONE, Map.of())
                .key());
        keys.add(factory(Map.of("E", "1"), Set.of(), false)
                .spec(model(""), NONE, Map.of())
                .key());

        assertThat(keys).hasSize(variants.size() + 3);
    }

    @Test
    void nothingElseTellsCallsApart() {
        SlotKey key = PLAIN.spec(model("\"config\":{\"a\":\"1\",\"b\":\"2\"}"), NONE, Map.of())
                .key();

        assertThat(PLAIN.spec(
                                model(
                                        "\"config\":{\"b\":\"2\",\"a\":\"1\"},\"id\":\"x\",\"app_name\":\"n\",\"url\":\"/u\",\"method\":\"PUT\","
                                                + "\"headers\":{\"H\":[\"v\"]},\"type\":\"async\""),
                                NONE,
                                Map.of("OTHER", "1", "FN_REGISTRY_TOKEN", "t"))
                        .key())
                .isEqualTo(key);
    }

    @ParameterizedTest
    @ValueSource(strings = {"3", "\"3\"", " 3 "})
    void aFunctionMaySayHowManyContainersAreKept(String value) {
        ContainerSpec plain = PLAIN.spec(model(""), NONE, Map.of());
        ContainerSpec spec =
                PLAIN.spec(model("\"annotations\":{\"dev.berth/min-idle\":" + value + "}"), NONE, Map.of());

        assertThat(spec.wishes()).isEqualTo(new SlotWishes(3, 1));
        assertThat(spec.key()).as("not part of the key").isEqualTo(plain.key());
        assertThat(PLAIN.spec(model("\"annotations\":{\"dev.berth/min-idle\":1,\"a\":1}"), NONE, Map.of())
                        .key())
                .isNotEqualTo(plain.key());
    }

    @ParameterizedTest
    @ValueSource(strings = {"16", "\"16\""})
    void aFunctionMaySayHowManyCallsAContainerTakes(String value) {
        String annotation = "\"annotations\":{\"dev.berth/concurrency\":" + value + "}";

        assertThat(PLAIN.spec(model(annotation), NONE, Map.of()).seats()).isEqualTo(16);
        assertThat(PLAIN.spec(model(annotation + ",\"format\":\"json\""), NONE, Map.of())
                        .seats())
                .isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "65", "-1", "1.5", "\"x\"", "null", "[2]"})
    void elseItTakesOne(String value) {
        assertThat(PLAIN.spec(model("\"annotations\":{\"dev.berth/concurrency\":" + value + "}"), NONE, Map.of())
                        .seats())
                .isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "1.5", "\"\"", "\"x\"", "null", "true", "[3]", "{\"a\":3}", "99999"})
    void whatIsNoWholeNumberAsksForNothing(String value) {
        assertThat(PLAIN.spec(model("\"annotations\":{\"dev.berth/min-idle\":" + value + "}"), NONE, Map.of())
                        .wishes())
                .isEqualTo(SlotWishes.NONE);
    }

    @Test
    void theSlotKeyStaysTheSameFromReleaseToRelease() {
        assertThat(PLAIN.spec(model("\"app_id\":\"a\",\"fn_id\":\"f\""), NONE, Map.of())
                        .key()
                        .toString())
                .isEqualTo("de229cb0f1133f56d0b7562b36b3d8262b725978ac2b520b6aa457cc5f311bf5");
    }

    @Test
    void theRequestHasWhatTheFunctionSees() {
        Instant deadline = Instant.ofEpochSecond(1000);
        CallModel model = model("\"id\":\"c\",\"app_id\":\"a\",\"fn_id\":\"f\",\"method\":\"PUT\",\"url\":\"/u\","
                + "\"headers\":{\"A\":[\"1\",\"2\"],\"connection\":[\"x\"],\"TE\":[\"trailers\",\"gzip\"]}");

        assertThat(PLAIN.request(model, deadline, "rid"))
                .isEqualTo(new CallRequest(
                        "c",
                        "a",
                        "f",
                        "PUT",
                        "/u",
                        List.of(new Header("A", "1"), new Header("A", "2"), new Header("TE", "trailers")),
                        deadline,
                        "rid",
                        false));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "unix:///var/run/docker.sock",
                "UNIX:///dev/log",
                "unixgram:///dev/log",
                "unix:///run/allowed/../allowed.sock",
                "unix:////run/allowed.sock",
                "unix:///run/allowed.sock/",
                "unix:///run/%2e%2e/run/allowed.sock",
                "unix:///run/allowed.sockx",
            })
    void socketsOfTheMachineAreNotWrittenToUnlessTheSettingsNameThem(String url) {
        CallFactory some = factory(Set.of("/run/allowed.sock"), 0);

        assertFails(ErrorCode.INVALID_SYSLOG_URL, () -> PLAIN.spec(syslog(url, ""), NONE, Map.of()));
        assertFails(ErrorCode.INVALID_SYSLOG_URL, () -> some.spec(syslog(url, ""), NONE, Map.of()));
        assertFails(ErrorCode.INVALID_SYSLOG_URL, () -> some.spec(syslog("udp://a," + url, "json"), NONE, Map.of()));
    }

    @Test
    void socketsThatTheSettingsNameAreWrittenToHoweverTheyAreSpelt() {
        CallFactory some = factory(Set.of("/run/allowed.sock"), 0);

        for (String url : List.of("unix:///run/allowed.sock", "UNIX:///run/%61llowed.sock")) {
            assertThat(some.spec(syslog(url, ""), NONE, Map.of()).syslogUrl()).isEqualTo("unix:///run/allowed.sock");
        }
        assertThat(some.spec(syslog("unixgram:///run/allowed.sock", ""), NONE, Map.of())
                        .syslogUrl())
                .isEqualTo("unixgram:///run/allowed.sock");
    }

    @Test
    void theEngineGetsAnAddressInTheOneWayToWriteIt() {
        assertThat(PLAIN.spec(syslog(" TLS://Logs ", ""), NONE, Map.of()).syslogUrl())
                .isEqualTo("tcp+tls://Logs:514");
        assertThat(PLAIN.spec(syslog("udp://a,tcp://b:1", "json"), NONE, Map.of())
                        .syslogUrl())
                .isEqualTo("udp://a:514,tcp://b:1");
        assertThat(PLAIN.spec(syslog("  ", ""), NONE, Map.of()).syslogUrl()).isNull();
        assertFails(ErrorCode.INVALID_SYSLOG_URL, () -> PLAIN.spec(syslog("udp://a,tcp://b:1", ""), NONE, Map.of()));
    }

    private static CallModel syslog(String url, String format) {
        return model("\"syslog_url\":\"" + url + "\",\"format\":\"" + format + "\"");
    }

    @Test
    void memoryBelowTheEnginesLeastIsRefused() {
        CallFactory docker = factory(Set.of(), 6);

        assertFails(ErrorCode.INVALID_CALL, () -> docker.spec(model("\"memory\":1"), NONE, Map.of()));
        assertFails(ErrorCode.INVALID_CALL, () -> docker.spec(model("\"memory\":5"), NONE, Map.of()));
        assertThat(docker.spec(model("\"memory\":6"), NONE, Map.of()).memoryMiB())
                .isEqualTo(6);
        assertThat(docker.spec(model("\"memory\":0"), NONE, Map.of()).memoryMiB())
                .isZero();
        assertThat(PLAIN.spec(model("\"memory\":1"), NONE, Map.of()).memoryMiB())
                .isEqualTo(1);
    }

    @Test
    void passedExtensionsHaveNoNul() {
        CallFactory calls = factory(Map.of(), Set.of("PASSED"), false);

        assertFails(ErrorCode.INVALID_CALL, () -> calls.spec(model(""), NONE, Map.of("PASSED", "a\0b")));
        assertThat(calls.spec(model(""), NONE, Map.of("OTHER", "a\0b")).env()).doesNotContainKey("OTHER");
    }

    private static CallFactory factory(Set<String> syslogSockets, long leastMemoryMiB) {
        CallConfig config = new CallConfig(false, false, Map.of(), Set.of(), 0, 0, syslogSockets);
        return new CallFactory(config, "status:1", leastMemoryMiB);
    }

    private static SlotKey key(byte[] id) {
        return PLAIN.spec(model(""), id, Map.of()).key();
    }

    private static CallFactory factory(Map<String, String> extraEnv, Set<String> passed, boolean detached) {
        return new CallFactory(new CallConfig(false, detached, extraEnv, passed, 0, 0, Set.of()), "status:1", 0);
    }

    private static CallModel model(String fields) {
        return CallModelParser.parse("{\"image\":\"i\"" + (fields.isEmpty() ? "" : ",") + fields + "}");
    }

    private static void assertFails(ErrorCode code, Runnable run) {
        assertThatThrownBy(run::run)
                .isInstanceOfSatisfying(
                        RunnerException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
