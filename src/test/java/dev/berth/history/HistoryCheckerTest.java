package dev.berth.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class HistoryCheckerTest {
    private static final long BOUND = 5_000;

    private final List<String> executions = new ArrayList<>(List.of("a", "c"));
    private final List<String> client = new ArrayList<>(List.of(
            "call a 0 10000",
            "call b 5 10005",
            "end a success 40",
            "call c 20 10020",
            "end b nack 50",
            "call d 60 10060",
            "end c error 3000",
            "end d error 15060"));

    private List<String> problems() {
        return HistoryChecker.check(executions, client, BOUND).problems();
    }

    @Test
    void rightHistoryIsLeftAlone() {
        assertThat(problems()).isEmpty();
        assertThat(HistoryChecker.check(executions, client, BOUND).counts())
                .isEqualTo(Map.of("success", 1, "nack", 1, "error", 2));
    }

    @Test
    void callThatRanTwiceIsFoundWhateverItsOutcome() {
        executions.add("a");
        executions.add("c");

        assertThat(problems()).containsExactly("a has run 2 times", "c has run 2 times");
    }

    @Test
    void successThatNeverRanIsFound() {
        executions.remove("a");

        assertThat(problems()).containsExactly("a has succeeded and has not run");
    }

    @Test
    void refusedCallThatRanIsFound() {
        executions.add("b");

        assertThat(problems()).containsExactly("b was refused and has run");
    }

    @Test
    void callWithoutAnOutcomeIsFound() {
        client.remove("end c error 3000");

        assertThat(problems()).containsExactly("c has no outcome");
    }

    @Test
    void callWithTwoOutcomesIsFound() {
        client.add("end c success 3001");

        assertThat(problems()).containsExactly("c has two outcomes: error, success");
    }

    @Test
    void lateOutcomeIsFound() {
        client.set(client.size() - 1, "end d error 15061");

        assertThat(problems()).containsExactly("d ends 5001 ms after it was due");
    }

    @Test
    void executionOfNoCallAndALineThatIsNoneAreFound() {
        executions.add("x");
        client.add("end y success 1");

        assertThat(problems())
                .containsExactly("not a line of a client: end y success 1", "x has run, and nobody has sent it");
    }
}
