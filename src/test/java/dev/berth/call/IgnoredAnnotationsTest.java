package dev.berth.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.config.CallConfig;
import dev.berth.ingress.LoggedLines;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class IgnoredAnnotationsTest {
    private static final String IDLE = "an annotation does not count: it is not a whole number from 0 to 9999";
    private static final String SEATS = "an annotation does not count: it is not a whole number from 1 to 64";

    private final CallFactory calls =
            new CallFactory(new CallConfig(false, false, Map.of(), Set.of(), 0, 0, Set.of()), null, 0);
    private final LoggedLines log = LoggedLines.of(IgnoredAnnotations.class);

    @AfterEach
    void close() {
        log.close();
    }

    private void call(String function, String annotation, String value) {
        calls.spec(
                CallModelParser.parse("{\"image\":\"img\",\"app_id\":\"a\",\"fn_id\":\"" + function
                        + "\",\"annotations\":{\"dev.berth/" + annotation + "\":" + value + "}}"),
                new byte[0],
                Map.of());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"-1", "1.5", "\"\"", "\"x\\u202e\"", "true", "[3]", "{\"a\":3}", "99999999999999999999", "1e3"})
    void whatIsNoSuchNumberIsToldOnceAndNotForEachCall(String value) {
        for (int i = 0; i < 3; i++) {
            call("f", "min-idle", value);
            call("f", "concurrency", value);
        }

        assertThat(log.warnings()).containsExactlyInAnyOrder(IDLE, SEATS);
    }

    @Test
    void anotherFunctionAndAnotherValueAreToldAgain() {
        call("f", "concurrency", "0");
        call("f", "concurrency", "65");
        call("f", "concurrency", "65");
        call("g", "concurrency", "65");

        assertThat(log.warnings()).containsExactly(SEATS, SEATS, SEATS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "\"64\"", " 2 ", "null"})
    void whatCountsOrIsNotThereIsNotTold(String value) {
        call("f", "min-idle", value);
        call("f", "concurrency", value);

        assertThat(log.warnings()).isEmpty();
    }

    @Test
    void callersCannotFillTheLog() {
        for (int i = 0; i < IgnoredAnnotations.MOST_FUNCTIONS + 50; i++) {
            call("f" + i, "min-idle", "-1");
        }

        assertThat(log.warnings()).hasSize(IgnoredAnnotations.MOST_FUNCTIONS + 1);
        assertThat(log.warnings().get(IgnoredAnnotations.MOST_FUNCTIONS)).contains("yet more functions");
    }
}
