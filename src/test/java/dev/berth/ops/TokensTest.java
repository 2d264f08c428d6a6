package dev.berth.ops;

import static dev.berth.ops.OpsRig.OPERATOR;
import static dev.berth.ops.OpsRig.READER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.ops.Tokens.Verdict;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TokensTest {
    private long now = TimeUnit.SECONDS.toNanos(100);
    private final Tokens both = new Tokens(OpsRig.config(READER, OPERATOR), () -> now);

    @ParameterizedTest
    @CsvSource({
        "Bearer reader-0123456789, READER, GOOD",
        "bearer   reader-0123456789, READER, GOOD",
        "Bearer operator-0123456789, READER, GOOD",
        "Bearer operator-0123456789, OPERATOR, GOOD",
        "Bearer reader-0123456789, OPERATOR, TOO_LITTLE",
        "Bearer reader-012345678, READER, UNKNOWN",
        "Bearer reader-01234567890, READER, UNKNOWN",
        "Bearer , READER, UNKNOWN",
        "Basic reader-0123456789, READER, UNKNOWN",
        "reader-0123456789, READER, UNKNOWN",
    })
    void tokenAllowsWhatItIsFor(String header, Role needed, Verdict verdict) {
        assertThat(both.check(header, "a", needed)).isEqualTo(verdict);
    }

    @Test
    void requestWithoutATokenIsNoGuess() {
        for (int i = 0; i < 2 * Tokens.BAD_PER_SECOND; i++) {
            assertThat(both.check(null, "a", Role.READER)).isEqualTo(Verdict.UNKNOWN);
        }
        assertThat(both.check("Bearer " + READER, "a", Role.READER)).isEqualTo(Verdict.GOOD);
    }

    @Test
    void oneAddressMayGuessSoManyTimesASecond() {
        for (int i = 0; i < Tokens.BAD_PER_SECOND; i++) {
            assertThat(both.check("Bearer wrong-" + i, "a", Role.READER)).isEqualTo(Verdict.UNKNOWN);
        }
        assertThat(both.check("Bearer " + READER, "a", Role.READER)).isEqualTo(Verdict.TOO_MANY);
        assertThat(both.check("Bearer " + READER, "b", Role.READER)).isEqualTo(Verdict.GOOD);
        now += TimeUnit.SECONDS.toNanos(1);
        assertThat(both.check("Bearer " + READER, "a", Role.READER)).isEqualTo(Verdict.GOOD);
    }

    @Test
    void addressesBeyondThoseRememberedShareTheirGuesses() {
        for (int i = 0; i < 1_024 + Tokens.BAD_PER_SECOND; i++) {
            both.check("Bearer wrong", "a" + i, Role.READER);
        }
        assertThat(both.check("Bearer " + READER, "new", Role.READER)).isEqualTo(Verdict.TOO_MANY);
        assertThat(both.check("Bearer " + READER, "a7", Role.READER)).isEqualTo(Verdict.GOOD);
    }

    @Test
    void readersTokenAloneLetsNobodyChangeAnything() {
        Tokens reader = new Tokens(OpsRig.config(READER, null), () -> now);

        assertThat(reader.check("Bearer " + READER, "a", Role.OPERATOR)).isEqualTo(Verdict.TOO_LITTLE);
    }

    @Test
    void withoutTokensNoneIsWanted() {
        assertThat(new Tokens(OpsRig.config(null, null), () -> now).wanted()).isFalse();
        assertThat(both.wanted()).isTrue();
    }
}
