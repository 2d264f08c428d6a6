package dev.berth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.error.ErrorCode;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The contract's pages and the tests are about the same rules and errors. */
final class EveryRuleHasATestTest {
    private static final Set<String> INSIDE = Set.of("container-owner", "container-one-story");

    @Test
    void whatShowsEachRuleIsWhatItsPageSays() {
        Set<String> promised = Contract.rules().entrySet().stream()
                .map(rule -> rule.getKey() + " by " + rule.getValue())
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(shown()).containsExactlyInAnyOrderElementsOf(promised);
    }

    @Test
    void everyRuleOfTheContainersPageIsInItsTable() {
        Set<String> stated = new TreeSet<>(Contract.stated("containers"));
        stated.removeAll(INSIDE);

        assertThat(Contract.rules().keySet()).containsAll(stated);
    }

    private static Set<String> shown() {
        Set<String> shown = new TreeSet<>();
        for (Method method : TestMethods.annotated()) {
            Class<?> type = method.getDeclaringClass();
            String by = type.getPackageName().equals(Contract.class.getPackageName())
                    ? Contract.WIRE
                    : type.getSimpleName();
            Arrays.stream(method.getAnnotationsByType(Rule.class))
                    .forEach(rule -> shown.add(rule.value() + " by " + by));
        }
        return shown;
    }

    @Test
    void everyErrorIsBroughtAboutByATest() {
        Set<ErrorCode> raised = EnumSet.noneOf(ErrorCode.class);
        for (Method method : TestMethods.annotated()) {
            Raises raises = method.getAnnotation(Raises.class);
            if (raises != null) {
                raised.addAll(Arrays.asList(raises.value()));
            }
        }

        assertThat(raised).containsExactlyInAnyOrder(ErrorCode.values());
    }
}
