package dev.berth.history;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Judges a history. It knows nothing of the runner, only two files: what functions wrote down when they ran, before
 * they answered, one call id a line; and what the client saw, a line {@code call ID START DUE} for each call, in
 * milliseconds, and {@code end ID success|nack|error AT} for each outcome.
 *
 * <p>The rules: no call runs twice; a success has run once; what was refused has never run; any other outcome is of a
 * call that has run at most once; and each call has one outcome, no later than a bound after it was due.
 */
public final class HistoryChecker {
    private static final String SUCCESS = "success";
    private static final String NACK = "nack";
    private static final String ERROR = "error";

    private final long boundMillis;
    private final Map<String, Call> calls = new LinkedHashMap<>();
    private final Map<String, Integer> counts = new HashMap<>();
    private final List<String> problems = new ArrayList<>();

    private static final class Call {
        final long dueMillis;
        int executions;
        String outcome;

        Call(long dueMillis) {
            this.dueMillis = dueMillis;
        }
    }

    /**
     * What was found.
     *
     * @param counts calls by outcome
     * @param problems one line for each breach of a rule
     */
    public record Verdict(Map<String, Integer> counts, List<String> problems) {}

    private HistoryChecker(long boundMillis) {
        this.boundMillis = boundMillis;
    }

    /** @param boundMillis how long after it was due an outcome may come */
    public static Verdict check(List<String> executions, List<String> client, long boundMillis) {
        HistoryChecker checker = new HistoryChecker(boundMillis);
        client.forEach(checker::heard);
        executions.forEach(checker::ran);
        checker.judge();
        return new Verdict(Map.copyOf(checker.counts), List.copyOf(checker.problems));
    }

    /** {@code HistoryChecker EXECUTIONS CLIENT BOUND_MILLIS}: prints what it finds; ends with 1 if a rule is broken. */
    public static void main(String[] args) throws IOException {
        Verdict verdict = check(
                Files.readAllLines(Path.of(args[0])), Files.readAllLines(Path.of(args[1])), Long.parseLong(args[2]));
        System.out.println("calls by outcome: " + verdict.counts());
        verdict.problems().forEach(System.out::println);
        System.exit(verdict.problems().isEmpty() ? 0 : 1);
    }

    private void heard(String line) {
        String[] words = line.split(" ");
        if (words.length == 4 && words[0].equals("call")) {
            if (calls.put(words[1], new Call(Long.parseLong(words[3]))) != null) {
                problems.add(words[1] + " is sent twice");
            }
        } else if (words.length == 4 && words[0].equals("end") && calls.containsKey(words[1])) {
            ended(words[1], calls.get(words[1]), words[2], Long.parseLong(words[3]));
        } else {
            problems.add("not a line of a client: " + line);
        }
    }

    private void ended(String id, Call call, String outcome, long atMillis) {
        if (call.outcome != null) {
            problems.add(id + " has two outcomes: " + call.outcome + ", " + outcome);
        }
        call.outcome = outcome;
        if (atMillis > call.dueMillis + boundMillis) {
            problems.add(id + " ends " + (atMillis - call.dueMillis) + " ms after it was due");
        }
    }

    private void ran(String id) {
        Call call = calls.get(id);
        if (call == null) {
            problems.add(id + " has run, and nobody has sent it");
        } else {
            call.executions++;
        }
    }

    private void judge() {
        calls.forEach((id, call) -> {
            counts.merge(call.outcome == null ? "none" : call.outcome, 1, Integer::sum);
            if (call.executions > 1) {
                problems.add(id + " has run " + call.executions + " times");
            }
            if (call.outcome == null) {
                problems.add(id + " has no outcome");
            } else if (call.outcome.equals(SUCCESS)) {
                require(call.executions > 0, id + " has succeeded and has not run");
            } else if (call.outcome.equals(NACK)) {
                require(call.executions == 0, id + " was refused and has run");
            } else {
                require(call.outcome.equals(ERROR), id + " has an outcome of no kind: " + call.outcome);
            }
        });
    }

    private void require(boolean holds, String problem) {
        if (!holds) {
            problems.add(problem);
        }
    }
}
