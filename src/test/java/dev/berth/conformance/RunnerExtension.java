package dev.berth.conformance;

import java.util.Objects;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Starts one runner per profile, when its first test comes, and stops it at the end of all. After each class of
 * tests the runner must have nothing left. With the system property {@value #ADDRESS} the runner there is used, and
 * only the tests that need no settings run.
 */
final class RunnerExtension implements ExecutionCondition, BeforeAllCallback, AfterAllCallback, ParameterResolver {
    static final String ADDRESS = "conformance.address";
    private static final ExtensionContext.Namespace OURS = ExtensionContext.Namespace.create(RunnerExtension.class);

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        Profile profile = profile(context);
        if (System.getProperty(ADDRESS) == null || profile == Profile.DEFAULT) {
            return ConditionEvaluationResult.enabled("there is a runner for it");
        }
        return ConditionEvaluationResult.disabled("needs a runner started with " + profile);
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        runner(context);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        runner(context).assertNothingLeft();
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == LiveRunner.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return runner(context);
    }

    private static Profile profile(ExtensionContext context) {
        return Objects.requireNonNull(context.getRequiredTestClass().getAnnotation(OnRunner.class))
                .value();
    }

    private static LiveRunner runner(ExtensionContext context) {
        return context.getRoot()
                .getStore(OURS)
                .getOrComputeIfAbsent(profile(context), LiveRunner::forProfile, LiveRunner.class);
    }
}
