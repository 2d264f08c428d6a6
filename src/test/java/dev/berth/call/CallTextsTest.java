package dev.berth.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.conformance.Rule;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts of a call that would break or forge something further on. */
final class CallTextsTest {
    private static CallModel parse(String fields) {
        return CallModelParser.parse("{\"image\":\"i\"," + fields + "}");
    }

    private static void assertRefused(String fields, ErrorCode code, String text) {
        assertThatThrownBy(() -> parse(fields)).isInstanceOfSatisfying(RunnerException.class, refused -> {
            assertThat(refused.code()).isEqualTo(code);
            assertThat(refused.wireCode()).isEqualTo(400);
            assertThat(refused.userToBlame()).isFalse();
            assertThat(refused.getMessage()).startsWith(text);
            assertThat(refused.getMessage().chars()).noneMatch(Character::isISOControl);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\n", "\\r", "\\u0000", "\\u001b", "\\t", "\\u007f", "\\u0085", "\\u009b"})
    void idsAndImageAreLines(String control) {
        for (String key : new String[] {"id", "app_id", "app_name", "fn_id", "path"}) {
            assertRefused(
                    "\"" + key + "\":\"a" + control + "b\"", ErrorCode.INVALID_CALL, "Invalid call: " + key + " ");
        }
        assertRefused("\"image\":\"a" + control + "b\"", ErrorCode.INVALID_IMAGE, "Invalid Fn image: a");
    }

    @Test
    void anImageIsNoBlank() {
        assertRefused("\"image\":\" \"", ErrorCode.INVALID_IMAGE, "Invalid Fn image: ");
    }

    @Test
    void anImagesNameHasALimit() {
        String name = "localhost:5000/" + "n".repeat(240);
        String image = name + ":" + "t".repeat(128) + "@sha512:" + "0".repeat(128);
        assertThat(parse("\"id\":\"a\",\"image\":\"" + image + "\"").image()).isEqualTo(image);
        for (String longer : new String[] {name + "n", name + "n:1", "i:" + "t".repeat(129), "n".repeat(3_000_000)}) {
            assertRefused("\"image\":\"" + longer + "\"", ErrorCode.INVALID_IMAGE, "Invalid Fn image: the name may");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"\":\"1\"",
                "\"A=B\":\"1\"",
                "\"=\":\"1\"",
                "\"A\\u0000\":\"1\"",
                "\"A\":\"1\\u0000\"",
                "\"A\\n\":\"1\\u0000\""
            })
    void variablesThatNoEnvironmentCanHoldAreRefused(String variable) {
        assertRefused("\"config\":{" + variable + "}", ErrorCode.INVALID_CALL, "Invalid call: config ");
    }

    @Test
    void linesAreNoBusinessOfVariables() {
        assertThat(parse("\"config\":{\"A.b-c\":\"1\\n2=3\"}").config()).isEqualTo(Map.of("A.b-c", "1\n2=3"));
    }

    @Test
    @Rule("call-surrogates")
    void halfACharacterIsReplaced() {
        CallModel model = parse("\"id\":\"a\\ud800b\",\"app_id\":\"\\udc00\",\"fn_id\":\"\\ud83d\\ude00\","
                + "\"path\":\"\\ud83d\",\"config\":{\"\\ud800\":\"\\ud83d\\ud83d\\ude00\"}");

        assertThat(model.id()).isEqualTo("a\uFFFDb");
        assertThat(model.appId()).isEqualTo("\uFFFD");
        assertThat(model.fnId()).isEqualTo("\uD83D\uDE00");
        assertThat(model.path()).isEqualTo("\uFFFD");
        assertThat(model.config()).isEqualTo(Map.of("\uFFFD", "\uFFFD\uD83D\uDE00"));
    }

    @Property(tries = 500)
    void whatPassesIsALineAndCanBeWritten(@ForAll("texts") String text) {
        try {
            CallModel model = parse("\"id\":\"" + text + "\",\"config\":{\"" + text + "\":\"" + text + "\"}");
            assertThat(model.id().chars()).noneMatch(Character::isISOControl);
            assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(model.id()))
                    .isTrue();
            assertThat(model.config().keySet()).noneMatch(name -> name.isEmpty() || name.contains("="));
        } catch (RunnerException refused) {
            assertThat(refused.wireCode()).isEqualTo(400);
        }
    }

    @Provide
    Arbitrary<String> texts() {
        Arbitrary<String> escaped =
                Arbitraries.integers().between(0, 0xFFFF).map(unit -> String.format("\\u%04x", unit));
        return Arbitraries.oneOf(escaped, Arbitraries.of("a", "=", "\\n", "\\ud83d\\ude00", " "))
                .list()
                .ofMaxSize(5)
                .map(parts -> String.join("", parts));
    }
}
