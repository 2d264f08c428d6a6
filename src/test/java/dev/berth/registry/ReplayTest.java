package dev.berth.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.config.FloorConfig;
import dev.berth.config.KeepConfig;
import dev.berth.config.KeepConfig.Evict;
import dev.berth.config.KeepConfig.Keep;
import dev.berth.registry.ReplayNode.Outcome;
import dev.berth.registry.ReplayNode.Policy;
import dev.berth.registry.Trace.BadTraceException;
import dev.berth.registry.Trace.Call;
import dev.berth.registry.Trace.Function;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The registry that is shipped, in virtual time against small traces; {@code scripts/replay} does the same with large ones. */
final class ReplayTest {
    private static final int SMALL_FUNCTIONS = 40;
    private static final double SMALL_HOURS = 3;
    private static final Policy BASELINE = Replay.fixed(Replay.BASELINE, false, Evict.LRU);

    private static Trace small(int seed) throws IOException, BadTraceException {
        String name = "/replay/seed-" + seed + ".csv";
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(ReplayTest.class.getResourceAsStream(name), StandardCharsets.UTF_8))) {
            assertThat(Trace.isHead(lines.readLine())).isTrue();
            return Trace.read(lines);
        }
    }

    private static Outcome run(Trace trace, Policy policy) {
        return ReplayNode.run(trace, Replay.memory(trace, 0.25), 2, policy);
    }

    private static Policy byValue(Worth worth) {
        return new Policy(
                true,
                new KeepConfig(Keep.VALUE, Duration.ofDays(1), Duration.ZERO, Evict.VALUE, FloorConfig.DEFAULT),
                Duration.ofSeconds(1),
                worth);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void fewerCallsAreColdByValueAndFewerStillWithAnOracle(int seed) throws Exception {
        Trace trace = small(seed);
        Outcome base = run(trace, BASELINE);
        Outcome value = run(trace, byValue(null));
        Outcome oracle = run(trace, byValue(new Future(trace).oracle()));

        System.out.printf(
                "seed %d: cold %d of %d, by value %d, oracle %d%n",
                seed, base.cold(), base.calls(), value.cold(), oracle.cold());
        assertThat(value.calls()).isEqualTo(trace.calls().size());
        assertThat(value.cold()).isLessThan((int) (0.9 * base.cold()));
        assertThat(oracle.cold()).isLessThan(value.cold());
        assertThat(value.meanWait()).isLessThan(base.meanWait());
    }

    @Test
    void theSameTraceHasTheSameOutcome() throws Exception {
        Outcome one = run(small(1), byValue(null));
        Outcome other = run(small(1), byValue(null));

        assertThat(other.waits()).isEqualTo(one.waits());
        assertThat(other.started()).isEqualTo(one.started());
        assertThat(other.idleMiBSeconds()).isEqualTo(one.idleMiBSeconds());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void theSmallTracesAreThoseOfTheirSeeds(int seed) throws Exception {
        Trace made = TraceMaker.make(seed, SMALL_FUNCTIONS, SMALL_HOURS, TraceMaker.TIMERS);

        assertThat(text(small(seed))).isEqualTo(text(made));
    }

    private static String text(Trace trace) {
        StringWriter text = new StringWriter();
        trace.write(new PrintWriter(text), "");
        return text.toString();
    }

    @Test
    void aCallWaitsForItsStartAndTheNextOneForNothing() {
        Trace trace = new Trace(
                List.of(new Function("fn", 128, 0, 0, 300_000)),
                List.of(new Call(0, 0, 50_000), new Call(1_000_000, 0, 50_000), new Call(20_000_000, 0, 50_000)));

        Outcome outcome = ReplayNode.run(trace, 128, 2, Replay.fixed(Duration.ofSeconds(10), true, Evict.LRU));

        assertThat(outcome.cold()).isEqualTo(2);
        assertThat(outcome.waits()).containsExactly(0, 300_000_000, 300_000_000);
        assertThat(outcome.expired()).isEqualTo(1);
        assertThat(outcome.idleMiBSeconds()).isEqualTo(128 * (0.65 + 10));
        assertThat(outcome.allMiBSeconds()).isEqualTo(128 * (1.05 + 10 + 0.1));
    }

    @Test
    void whatIsCalledRegularlyIsForeseen() {
        Function function = new Function("fn", 128, 0, 0, 300_000);
        Trace trace = new Trace(
                List.of(function),
                IntStream.range(0, 20)
                        .mapToObj(i -> new Call(60_000_000L * i, 0, 50_000))
                        .toList());
        Policy policy = Replay.fixed(Duration.ofSeconds(10), true, Evict.LRU);

        Outcome without = ReplayNode.run(trace, 4096, 2, policy);
        Outcome with = ReplayNode.run(trace, 4096, 2, Replay.foreseeing(policy));

        assertThat(without.cold()).isEqualTo(20);
        assertThat(with.cold()).isEqualTo(Period.ENOUGH + 1);
        assertThat(with.foreseen()).isEqualTo(20 - with.cold());
        // The last is for a call that does not come.
        assertThat(with.guessed()).isBetween(with.foreseen(), with.foreseen() + 1);
        assertThat(with.idleMiBSeconds() - without.idleMiBSeconds()).isBetween(0.0, 128.0 * 16);
    }

    /** Whatever others have just gone for is kept for callers who come back at once, and here nobody does. */
    @Test
    void oneCallerOfTwoFunctionsInTurnInRoomForOneWaitsForAStartAndNothingElse() {
        Function one = new Function("one", 128, 0, 0, 300_000);
        Function other = new Function("other", 128, 0, 0, 300_000);
        long callMicros = 20_000;
        long waitMicros = 300_000 + 100_000;
        Trace trace = new Trace(
                List.of(one, other),
                IntStream.range(0, 100)
                        .mapToObj(i -> new Call((waitMicros + callMicros + 1) * i, i % 2, callMicros))
                        .toList());

        Outcome outcome = ReplayNode.run(trace, 128, 2, Replay.fixed(Duration.ofMinutes(1), true, Evict.VALUE));

        assertThat(outcome.started()).isEqualTo(100);
        assertThat(outcome.waitOf(1)).isEqualTo(waitMicros / 1e6);
    }

    @Test
    void startsSlowEachOther() {
        Function function = new Function("fn", 128, 0, 0, 300_000);
        Trace trace = new Trace(
                List.of(function),
                IntStream.range(0, 10).mapToObj(i -> new Call(0, 0, 50_000)).toList());

        Outcome outcome = ReplayNode.run(trace, 1280, 2, BASELINE);

        assertThat(outcome.started()).isEqualTo(10);
        assertThat(outcome.waits()[0]).isEqualTo((long) (300_000_000 * ReplayNode.START_CPU_SHARE * 10 / 2));
    }

    @Test
    void theLeastColdIsWhatTheMemoryBuys() {
        Trace trace = new Trace(
                List.of(new Function("fn", 100, 0, 0, 300_000)),
                List.of(new Call(0, 0, 1_000_000), new Call(3_000_000, 0, 1_000_000), new Call(10_000_000, 0, 1)));
        Future future = new Future(trace);

        assertThat(future.leastCold(0)).isEqualTo(3);
        assertThat(future.leastCold(200)).isEqualTo(2);
        assertThat(future.leastCold(799)).isEqualTo(2);
        assertThat(future.leastCold(800)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2,fn,1,128,1\n1,fn,1,128,1",
                "1,fn,1,128",
                "1,fn,1,128,1,1,1,1",
                "-1,fn,1,128,1",
                "1,fn,x,128,1",
                "1,fn,1,128,"
            })
    void whatIsNoTraceIsRefusedWithItsLine(String lines) {
        assertThatThrownBy(() -> Trace.read(new BufferedReader(new StringReader(lines))))
                .isInstanceOf(BadTraceException.class)
                .hasMessageContaining("line ");
    }

    @Test
    void anAccessLogIsATraceToo() throws Exception {
        String first =
                "{\"time\":\"2026-11-28T01:00:10Z\",\"msg\":\"call\",\"app\":\"a\",\"fn\":\"f\",\"waitedUs\":500000,"
                        + "\"ranUs\":1000000,\"createUs\":200000,\"initUs\":100000}";
        String rest = "{\"time\":\"2026-11-28T01:00:09Z\",\"msg\":\"other\"}\n"
                + "{\"time\":\"2026-11-28T01:00:11Z\",\"msg\":\"call\",\"app\":\"a\",\"fn\":\"g\",\"end\":\"SERVER_BUSY\"}\n"
                + "{\"time\":\"2026-11-28T01:00:11Z\",\"msg\":\"call\",\"app\":\"a\",\"fn\":\"g\",\"ranUs\":3000000}";

        Trace trace = AccessTrace.read(first, new BufferedReader(new StringReader(rest)), 64);

        assertThat(trace.functions())
                .containsExactly(new Function("a/f", 64, 0, 0, 300_000), new Function("a/g", 64, 0, 0, 450_000));
        assertThat(trace.calls()).containsExactly(new Call(0, 1, 3_000_000), new Call(500_000, 0, 1_000_000));
        assertThatThrownBy(() -> AccessTrace.read("x", new BufferedReader(new StringReader("")), 64))
                .isInstanceOf(BadTraceException.class);
    }
}
