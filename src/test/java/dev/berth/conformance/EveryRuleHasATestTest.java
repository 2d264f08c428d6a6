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

    /** What only functions of the formats of 2018 can bring about. */
    private static final Set<ErrorCode> OF_2018 = EnumSet.of(
            ErrorCode.REQUEST_TOO_BIG,
            ErrorCode.INVALID_EVENT_BODY,
            ErrorCode.CONTAINER_EXIT,
            ErrorCode.OUT_OF_MEMORY,
            ErrorCode.OLD_FORMAT_RESPONSE_INVALID,
            ErrorCode.OLD_FORMAT_RESPONSE_TOO_BIG);

    /** Nothing in this runner can bring it about; kept for its number. */
    private static final Set<ErrorCode> OF_OTHER_RUNNERS = EnumSet.of(ErrorCode.DETACHED_CALL_LOST);

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

        raised.addAll(OF_2018);
        raised.addAll(OF_OTHER_RUNNERS);
        assertThat(raised).containsExactlyInAnyOrder(ErrorCode.values());
    }
}
