package dev.berth.conformance;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import dev.berth.observe.Version;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.platform.launcher.EngineFilter;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs the conformance tests against a runner and prints what became of each rule. */
@Command(
        name = "scripts/conformance",
        mixinStandardHelpOptions = true,
        version = "berth " + Version.NUMBER,
        sortOptions = false,
        description = {
            "Runs the tests of the written contract and prints a table: rule, outcome.",
            "Exit code 0: no rule failed; 1: one did; 2: wrong usage.",
            "The runner must be able to run the images berth/test-fn and berth/old-formats (scripts/images) and should "
                    + "have no other calls. Tests that need other settings than its own are not run, and said so."
        })
final class Conformance implements Callable<Integer> {
    @Parameters(
            arity = "0..1",
            paramLabel = "HOST:PORT",
            description = "A runner with default settings, cleartext; without it runners of this checkout are started.")
    private String address = "";

    @Option(names = "--rule", paramLabel = "ID", description = "Only this rule; may be given several times.")
    private List<String> rules = new ArrayList<>();

    private final PrintStream out = System.out;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Conformance()).execute(arguments));
    }

    @Override
    public Integer call() {
        checkUsage();
        if (!address.isEmpty()) {
            System.setProperty(RunnerExtension.ADDRESS, address);
        }
        List<Method> tests = TestMethods.annotated().stream()
                .filter(method -> method.getDeclaringClass().isAnnotationPresent(OnRunner.class))
                .filter(this::isWanted)
                .toList();
        Outcomes outcomes = new Outcomes();
        if (!tests.isEmpty()) {
            LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                    .selectors(tests.stream()
                            .map(test -> selectMethod(test.getDeclaringClass(), test))
                            .toList())
                    // Others print to the table's stream.
                    .filters(EngineFilter.includeEngines("junit-jupiter"))
                    .build();
            LauncherFactory.create().execute(request, outcomes);
        }
        outcomes.print(out, rules.isEmpty() ? List.copyOf(Contract.rules().keySet()) : rules);
        return outcomes.failed() ? 1 : 0;
    }

    private void checkUsage() {
        CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.forAnnotatedObject(this);
        if (!address.isEmpty() && !address.matches("[^\\s:]+:\\d{1,5}")) {
            throw new CommandLine.ParameterException(
                    new CommandLine(spec), "'" + address + "' is no HOST:PORT, such as 127.0.0.1:9190");
        }
        for (String rule : rules) {
            if (!Contract.rules().containsKey(rule)) {
                throw new CommandLine.ParameterException(
                        new CommandLine(spec), "there is no rule '" + rule + "'; see src/site/markdown");
            }
        }
    }

    private boolean isWanted(Method method) {
        return rules.isEmpty()
                || Arrays.stream(method.getAnnotationsByType(Rule.class))
                        .anyMatch(rule -> rules.contains(rule.value()));
    }
}
