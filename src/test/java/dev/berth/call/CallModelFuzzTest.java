package dev.berth.call;

import dev.berth.error.RunnerException;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever comes in, the parser answers with a model or a runner error. */
final class CallModelFuzzTest {
    private static final List<String> PIECES = List.of(
            "{",
            "}",
            "[",
            "]",
            ":",
            ",",
            "\"",
            "null",
            "true",
            "-1",
            "0",
            "1e999",
            "18446744073709551615",
            "1.5",
            "\"image\"",
            "\"memory\"",
            "\"cpus\"",
            "\"100m\"",
            "\"config\"",
            "\"headers\"",
            "\"annotations\"",
            "\"timeout\"",
            "\"url\"",
            "\"http://[h]:x/%\"",
            "\"format\"",
            "\\",
            "\\u0000",
            "\"\\ud800\"",
            " ",
            "\u0000");

    private static final List<String> KEYS = List.of(
            "id",
            "image",
            "type",
            "method",
            "url",
            "timeout",
            "idle_timeout",
            "tmpfs_size",
            "memory",
            "cpus",
            "config",
            "annotations",
            "headers",
            "syslog_url",
            "app_id",
            "app_name",
            "fn_id",
            "path",
            "format",
            "IMAGE",
            "other");

    @Property(tries = 2000)
    void anyTextIsAModelOrARunnerError(@ForAll String text) {
        parse(text);
    }

    @Property(tries = 2000)
    void anySequenceOfPiecesIsAModelOrARunnerError(@ForAll("pieces") String text) {
        parse(text);
        parse("{\"image\":\"i\",\"annotations\":{\"a\":" + text + "}}");
    }

    @Property(tries = 2000)
    void anyWellFormedDocumentIsAModelOrARunnerError(@ForAll("documents") String text) {
        parse(text);
    }

    private static void parse(String text) {
        try {
            CallModelParser.parse(text);
        } catch (RunnerException expected) {
            if (expected.wireCode() != 400) {
                throw new AssertionError(expected);
            }
        }
    }

    @Provide
    Arbitrary<String> pieces() {
        return Arbitraries.of(PIECES).list().ofMaxSize(30).map(pieces -> String.join("", pieces));
    }

    @Provide
    Arbitrary<String> documents() {
        Arbitrary<String> key = Arbitraries.of(KEYS);
        return Arbitraries.lazyOf(
                        () -> scalars(),
                        () -> objects(Arbitraries.strings().alpha().ofMaxLength(3), 3))
                .list()
                .ofMaxSize(20)
                .flatMap(values -> key.list().ofSize(values.size()).map(keys -> join(keys, values)));
    }

    private static Arbitrary<String> scalars() {
        return Arbitraries.oneOf(
                Arbitraries.of("null", "true", "false", "\"\"", "[]", "{}", "[\"a\",null]"),
                Arbitraries.longs().map(String::valueOf),
                Arbitraries.bigDecimals().map(String::valueOf),
                Arbitraries.strings().ascii().alpha().ofMaxLength(9).map(text -> '"' + text + '"'));
    }

    private static Arbitrary<String> objects(Arbitrary<String> keys, int size) {
        return keys.list()
                .ofMaxSize(size)
                .flatMap(names -> scalars().list().ofSize(names.size()).map(values -> join(names, values)));
    }

    private static String join(List<String> keys, List<String> values) {
        StringBuilder object = new StringBuilder("{");
        for (int i = 0; i < keys.size(); i++) {
            object.append(i == 0 ? "" : ",")
                    .append('"')
                    .append(keys.get(i))
                    .append("\":")
                    .append(values.get(i));
        }
        return object.append('}').toString();
    }
}
