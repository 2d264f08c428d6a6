package dev.berth.conformance;

import java.io.PrintStream;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/** What became of each rule's tests. A class whose runner was left with something is a row of its own. */
final class Outcomes implements TestExecutionListener {
    private static final int WHY_LENGTH = 300;

    private final Map<String, List<String>> failures = new TreeMap<>();
    private final Map<String, Set<String>> skipped = new TreeMap<>();
    private final Map<String, Integer> passed = new TreeMap<>();
    private final Map<String, String> classFailures = new LinkedHashMap<>();
    private TestPlan plan = null;

    @Override
    public void testPlanExecutionStarted(TestPlan testPlan) {
        plan = testPlan;
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        skip(test, reason);
        if (plan != null) {
            plan.getDescendants(test).forEach(child -> skip(child, reason));
        }
    }

    private void skip(TestIdentifier test, String reason) {
        note(
                test,
                rule -> skipped.computeIfAbsent(rule, name -> new LinkedHashSet<>())
                        .add(reason));
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (result.getStatus() == Status.SUCCESSFUL) {
            if (test.isTest()) {
                note(test, rule -> passed.merge(rule, 1, Integer::sum));
            }
            return;
        }
        String why = result.getThrowable().map(Outcomes::oneLine).orElse("aborted");
        note(
                test,
                rule -> failures.computeIfAbsent(rule, name -> new ArrayList<>())
                        .add(test.getDisplayName() + ": " + why));
        test.getSource()
                .filter(ClassSource.class::isInstance)
                .map(ClassSource.class::cast)
                .ifPresent(source -> classFailures.put(source.getJavaClass().getSimpleName(), why));
    }

    private static String oneLine(Throwable failure) {
        String text = String.valueOf(failure.getMessage()).strip().replaceAll("\\s+", " ");
        return text.length() > WHY_LENGTH ? text.substring(0, WHY_LENGTH) + "…" : text;
    }

    private static void note(TestIdentifier test, java.util.function.Consumer<String> noted) {
        test.getSource()
                .filter(MethodSource.class::isInstance)
                .map(source -> ((MethodSource) source).getJavaMethod())
                .ifPresent(method -> rules(method).forEach(noted));
    }

    private static List<String> rules(Method method) {
        return java.util.Arrays.stream(method.getAnnotationsByType(Rule.class))
                .map(Rule::value)
                .toList();
    }

    boolean failed() {
        return !failures.isEmpty() || !classFailures.isEmpty();
    }

    void print(PrintStream out, List<String> rules) {
        int width = rules.stream().mapToInt(String::length).max().orElse(0);
        int[] counts = new int[3];
        for (String rule : rules) {
            String outcome = outcome(rule);
            counts[outcome.startsWith("passed") ? 0 : outcome.startsWith("failed") ? 1 : 2]++;
            out.printf("%-" + width + "s | %s%n", rule, outcome);
        }
        classFailures.forEach((name, why) -> out.printf("%s | failed: %s%n", name, why));
        out.printf("%d passed, %d failed, %d not run%n", counts[0], counts[1] + classFailures.size(), counts[2]);
    }

    private String outcome(String rule) {
        if (failures.containsKey(rule)) {
            return "failed: " + String.join("; ", failures.get(rule));
        }
        if (passed.containsKey(rule)) {
            return skipped.containsKey(rule) ? "passed, but a part is not run: " + reasons(rule) : "passed";
        }
        String shownBy = Contract.rules().get(rule);
        if (!Contract.WIRE.equals(shownBy)) {
            return "not run: shown by " + shownBy;
        }
        return "not run: " + (skipped.containsKey(rule) ? reasons(rule) : "its runner did not start");
    }

    private String reasons(String rule) {
        return String.join("; ", skipped.get(rule));
    }
}
