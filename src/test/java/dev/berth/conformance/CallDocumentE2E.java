package dev.berth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.error.ErrorCode;
import dev.berth.ingress.EngageCall;
import dev.berth.proto.CallFinished;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the call document is read, and which ones are refused. */
@OnRunner
final class CallDocumentE2E {
    private static final CallDoc REPORT = CallDoc.of("read; report");

    private static CallFinished raw(LiveRunner runner, String document) {
        EngageCall.Result result =
                runner.client().engage().tryCall(document).data("", true).result();
        assertThat(result.status()).isEqualTo("0");
        return result.finished();
    }

    private static void assertError(CallFinished finished, ErrorCode code, String text) {
        assertThat(finished.getErrorCode()).isEqualTo(code.wire());
        assertThat(finished.getErrorStr()).startsWith(text);
        assertThat(finished.getSuccess()).isFalse();
        assertThat(finished.getErrorUser()).isFalse();
    }

    private static String withKey(String key, String json) {
        return REPORT.text().replaceFirst("\\{", "{\"" + key + "\":" + json.replace("\\", "\\\\") + ",");
    }

    private static void assertRuns(LiveRunner runner, String document) {
        assertThat(raw(runner, document).getErrorStr()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "7", "null x", "{} {}", "{'a':1}"})
    @Rule("call-json")
    @Raises(ErrorCode.INVALID_JSON)
    void whatIsNoObjectIsInvalid(String document, LiveRunner runner) {
        assertError(raw(runner, document), ErrorCode.INVALID_JSON, "Invalid JSON");
    }

    @Test
    @Rule("call-unknown-keys")
    @Rule("call-times-ignored")
    void unknownKeysAndTimesAreSkipped(LiveRunner runner) {
        assertRuns(runner, withKey("novelty", "{\"a\":[1,{\"b\":null}]}"));
        assertRuns(runner, withKey("created_at", "\"yesterday\""));
        assertRuns(runner, withKey("deadline", "17"));
    }

    @Test
    @Rule("call-key-case")
    void keysMatchWhateverTheirCase(LiveRunner runner) {
        String document = REPORT.text().replace("\"id\"", "\"ID\"").replace("\"image\"", "\"Image\"");

        assertThat(raw(runner, document).getDetails()).isEqualTo(REPORT.id());
    }

    @Test
    @Rule("call-repeated-keys")
    void theLastOfRepeatedKeysCountsAndMapsAreMerged(LiveRunner runner) {
        assertThat(raw(runner, withKey("id", "\"first\"")).getDetails()).isEqualTo(REPORT.id());
        String twice = withKey("headers", "{\"X-First\":[\"seen\"]}");
        EngageCall.Result result =
                runner.client().engage().tryCall(twice).data("", true).result();
        assertThat(result.body()).contains("seen");
    }

    @Test
    @Rule("call-null")
    void nullLeavesAValueAsItIs(LiveRunner runner) {
        String nulls = REPORT.text().replaceFirst("\\}$", ",\"id\":null}");
        assertThat(raw(runner, nulls).getDetails()).isEqualTo(REPORT.id());
        assertRuns(runner, withKey("annotations", "null"));
        assertRuns(runner, withKey("config", "{\"A\":null}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"id\":7}",
                "{\"timeout\":\"30\"}",
                "{\"timeout\":1.5}",
                "{\"timeout\":1e3}",
                "{\"timeout\":3000000000}",
                "{\"memory\":-1}",
                "{\"headers\":{\"a\":\"b\"}}",
                "{\"config\":[]}"
            })
    @Rule("call-types")
    void wrongTypesAreInvalid(String document, LiveRunner runner) {
        assertError(raw(runner, document), ErrorCode.INVALID_JSON, "Invalid JSON: ");
    }

    @Test
    @Rule("call-depth")
    void nestingHasALimit(LiveRunner runner) {
        assertRuns(runner, withKey("deep", "[".repeat(9000) + "]".repeat(9000)));
        assertError(
                raw(runner, "{\"deep\":" + "[".repeat(10_100) + "]".repeat(10_100) + "}"),
                ErrorCode.INVALID_JSON,
                "Invalid JSON");
    }

    @Test
    @Rule("call-cpus-type")
    void cpusMustBeText(LiveRunner runner) {
        assertError(raw(runner, REPORT.with("cpus", 1).text()), ErrorCode.INVALID_JSON, "Invalid JSON");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "1025", "-1", "100M", "1.5m", "1 "})
    @Rule("call-cpus")
    @Raises(ErrorCode.INVALID_CPUS)
    void cpusThatCannotBeReadAreInvalid(String cpus, LiveRunner runner) {
        assertError(
                raw(runner, REPORT.with("cpus", cpus).text()), ErrorCode.INVALID_CPUS, ErrorCode.INVALID_CPUS.text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://a b/", "http://[::1/", "http://h:x/", "/%zz", "a\u0001b", ":x"})
    @Rule("call-url")
    @Raises(ErrorCode.INVALID_URL)
    void brokenUrlsAreInvalid(String url, LiveRunner runner) {
        assertError(raw(runner, REPORT.with("url", url).text()), ErrorCode.INVALID_URL, "Invalid URL: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GE T", "GET\r\n", "G(T"})
    @Rule("call-method")
    @Raises(ErrorCode.INVALID_METHOD)
    void methodsThatAreNoTokensAreInvalid(String method, LiveRunner runner) {
        assertError(
                raw(runner, REPORT.with("method", method).text()), ErrorCode.INVALID_METHOD, "Invalid HTTP method: ");
    }

    @Test
    @Rule("call-headers")
    @Raises(ErrorCode.INVALID_HEADER)
    void headersThatWouldBreakTheRequestAreInvalid(LiveRunner runner) {
        for (CallDoc doc : java.util.List.of(
                REPORT.header("a b", "x"), REPORT.header("", "x"), REPORT.header("X-A", "x\r\nX-B: y"))) {
            CallFinished finished = raw(runner, doc.text());
            assertThat(finished.getErrorCode()).isEqualTo(400);
            assertThat(finished.getErrorStr()).startsWith("Invalid HTTP header ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"id", "app_id", "app_name", "fn_id", "path"})
    @Rule("call-lines")
    @Raises(ErrorCode.INVALID_CALL)
    void idsWithControlCharactersAreInvalid(String key, LiveRunner runner) {
        for (String control : new String[] {"\n", "\r", "\0", "\u001b", "\u0085"}) {
            assertError(
                    raw(runner, REPORT.with(key, "a" + control + "b").text()),
                    ErrorCode.INVALID_CALL,
                    "Invalid call: " + key + " must have no control characters");
        }
    }

    @Test
    @Rule("call-lines")
    void anImageWithControlCharactersIsInvalid(LiveRunner runner) {
        assertError(
                raw(runner, REPORT.with("image", "berth/test-fn\nb").text()),
                ErrorCode.INVALID_IMAGE,
                "Invalid Fn image: berth/test-fn?b");
    }

    @Test
    @Rule("call-config")
    void whatNoEnvironmentCanHoldIsInvalid(LiveRunner runner) {
        for (CallDoc doc : java.util.List.of(
                REPORT.config("", "x"),
                REPORT.config("A=B", "x"),
                REPORT.config("A\0", "x"),
                REPORT.config("A", "\0"))) {
            assertError(raw(runner, doc.text()), ErrorCode.INVALID_CALL, "Invalid call: config ");
        }
        assertThat(Report.of(runner.run(REPORT.config("A.b-c", "1\n2=3"))).environment("A.b-c"))
                .isEqualTo("1\n2=3");
    }

    @Test
    @Rule("call-long")
    void whatIsTooLongToBeStartedWithIsInvalid(LiveRunner runner) {
        String longest = "x".repeat(128 * 1024 - 1 - "NAME=".length());
        assertThat(Report.of(runner.run(REPORT.config("NAME", longest))).environment("NAME"))
                .isEqualTo(longest);
        assertError(raw(runner, REPORT.config("NAME", longest + "x").text()), ErrorCode.INVALID_CALL, "Invalid call: ");
        assertError(
                raw(runner, REPORT.with("image", "i".repeat(256)).text()),
                ErrorCode.INVALID_IMAGE,
                "Invalid Fn image: the name may have 255 characters");
    }

    @Test
    @Rule("call-least-memory")
    void memoryBelowTheEnginesLeastIsInvalid(LiveRunner runner) {
        assertError(
                raw(runner, REPORT.with("memory", 5).text()), ErrorCode.INVALID_CALL, "Invalid call: memory must be ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1m", "9m", "0.005"})
    @Rule("call-little-cpu")
    void aLittleCpuIsEnoughToBeCreated(String cpus, LiveRunner runner) {
        EngageCall.Result result =
                runner.start(REPORT.with("cpus", cpus), "2S").data("", true).result();

        assertThat(result.finished().getErrorCode())
                .as(result.finished().getErrorStr())
                .isIn(0, 503);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "unix:///var/run/docker.sock",
                "UNIX:///dev/log",
                "unixgram:///dev/log",
                "unix:/dev/log",
                "unix:///dev/../dev/%6cog",
                "http://logs",
                "logs:514"
            })
    @Rule("syslog-sockets")
    @Raises(ErrorCode.INVALID_SYSLOG_URL)
    void socketsOfTheMachineAreNoLogServers(String url, LiveRunner runner) {
        assertError(
                raw(runner, REPORT.with("syslog_url", url).text()),
                ErrorCode.INVALID_SYSLOG_URL,
                "Invalid syslog_url: ");
    }

    @Test
    @Rule("call-numbers")
    void noNumberIsSoLargeThatItBecomesASmallOne(LiveRunner runner) {
        for (long seconds : new long[] {2_000_000_000L, Integer.MAX_VALUE}) {
            assertRuns(runner, REPORT.with("timeout", seconds).text());
        }
        assertRuns(runner, REPORT.with("timeout", Integer.MIN_VALUE).text());
        EngageCall.Result patient = runner.start(REPORT.with("timeout", Integer.MAX_VALUE), "99999999H")
                .data("", true)
                .result();
        assertThat(patient.finished().getErrorStr()).isEmpty();
    }

    @Test
    @Rule("call-format")
    @Raises(ErrorCode.INVALID_FORMAT)
    void unknownFormatsAreRefused(LiveRunner runner) {
        assertError(
                raw(runner, REPORT.with("format", "soap").text()),
                ErrorCode.INVALID_FORMAT,
                "Unknown function format: ");
        assertRuns(runner, REPORT.with("format", "http-stream").text());
    }

    @Test
    @Rule("call-size")
    @Raises(ErrorCode.RESOURCE_TOO_BIG)
    void whatCanNeverFitIsRefused(LiveRunner runner) {
        String text = "Requested CPU/Memory cannot be allocated";
        assertError(raw(runner, REPORT.with("memory", 1L << 40).text()), ErrorCode.RESOURCE_TOO_BIG, text);
        assertError(raw(runner, REPORT.with("tmpfs_size", 4_000_000_000L).text()), ErrorCode.RESOURCE_TOO_BIG, text);
        assertError(raw(runner, REPORT.with("cpus", "1024").text()), ErrorCode.RESOURCE_TOO_BIG, text);
        assertError(
                raw(runner, withKey("memory", "18446744073709551615").replace(",\"memory\":96", "")),
                ErrorCode.RESOURCE_TOO_BIG,
                text);
    }

    @Test
    @Rule("call-hop-by-hop")
    void headersOfOneConnectionAreNotPassedOn(LiveRunner runner) {
        EngageCall.Result result = runner.run(REPORT.header("keep-ALIVE", "hop-1")
                .header("Proxy-Authorization", "hop-2")
                .header("TE", "hop-3")
                .header("X-Kept", "kept-1", "kept-2"));

        assertThat(result.body()).contains("kept-1", "kept-2").doesNotContain("hop-1", "hop-2", "hop-3");
    }

    @Test
    @Raises(ErrorCode.INVALID_IMAGE)
    @Rule("call-image")
    void aCallWithoutImageIsRefused(LiveRunner runner) {
        assertError(raw(runner, "{}"), ErrorCode.INVALID_IMAGE, "Invalid Fn image");
    }

    @Test
    @Rule("slot-key-given")
    @Raises(ErrorCode.INVALID_SLOT_HASH)
    void aSlotHashThatIsTextButNoHexIsRefused(LiveRunner runner) {
        for (String hash : new String[] {"xyz!", "abc", "0x12"}) {
            CallFinished finished = Hashes.run(runner, REPORT, com.google.protobuf.ByteString.copyFromUtf8(hash));
            assertError(finished, ErrorCode.INVALID_SLOT_HASH, "slot_hash_id is not hex");
        }
    }

    @Test
    @Rule("slot-key-given")
    void callsOfOneSlotHashShareAContainerHoweverItIsWritten(LiveRunner runner) {
        CallDoc doc = CallDoc.of("read; send ok").with("fn_id", "one");
        byte[] raw = {(byte) 0xde, (byte) 0xad, 1, 2};
        assertThat(Hashes.run(runner, doc, com.google.protobuf.ByteString.copyFrom(raw))
                        .getErrorStr())
                .isEmpty();

        CallFinished hex =
                Hashes.run(runner, doc.with("fn_id", "two"), com.google.protobuf.ByteString.copyFromUtf8("DEad0102"));

        assertThat(hex.getErrorStr()).isEmpty();
        assertThat(hex.getCtrCreateDuration()).isZero();
    }

    @Test
    @Rule("slot-key-own")
    void withoutASlotHashTheRunnerTellsCallsApart(LiveRunner runner) {
        CallDoc doc = CallDoc.of("read; send ok").with("fn_id", "own");
        runner.run(doc);

        assertThat(runner.run(doc.header("X-Other", "1").with("id", "other"))
                        .finished()
                        .getCtrCreateDuration())
                .isZero();
        assertThat(runner.run(doc.with("annotations", new io.vertx.core.json.JsonObject().put("a", 1)))
                        .finished()
                        .getCtrCreateDuration())
                .isPositive();
    }

    @Test
    @Rule("env-config")
    @Rule("env-socket")
    void theContainerHasTheConfigAndTheListener(LiveRunner runner) {
        Report report = Report.of(runner.run(REPORT.config("COLOUR", "teal")));

        assertThat(report.environment("COLOUR")).isEqualTo("teal");
        assertThat(report.environment("FN_FORMAT")).isEqualTo("http-stream");
        assertThat(report.environment("FN_LISTENER")).isEqualTo("unix:/tmp/iofs/lsnr.sock");
    }
}
