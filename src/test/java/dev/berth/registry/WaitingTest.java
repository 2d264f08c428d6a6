package dev.berth.registry;

import static dev.berth.registry.Commands.grant;
import static dev.berth.registry.Commands.launch;
import static dev.berth.registry.Commands.refuse;
import static dev.berth.registry.Commands.told;
import static dev.berth.registry.Specs.spec;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.call.CallFormat;
import dev.berth.call.ContainerSpec;
import dev.berth.call.SpecBuilder;
import dev.berth.error.ErrorCode;
import dev.berth.why.SlotFacts.Waited;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Calls that wait for containers that are there, and those for which more are started. */
final class WaitingTest {
    private static final Duration START = Duration.ofMillis(400);
    private static final ContainerSpec FN = spec("fn", 1);

    /** A queue whose calls take that long, and whose containers start within {@link #START}; its one container is idle. */
    private static void measure(TableDriver node, ContainerSpec spec, Duration service) {
        Command.Launch launch = (Command.Launch) node.call("measure", spec).get(0);
        node.pass(START);
        Command.Grant first = (Command.Grant) node.ready(launch.containerId()).get(0);
        node.release(first.containerId(), first.lease());
        Command.Grant grant = (Command.Grant) node.call("measured", spec).get(0);
        node.pass(service);
        node.release(grant.containerId(), grant.lease());
    }

    private static List<Command> burst(TableDriver node, int calls, ContainerSpec spec) {
        List<Command> commands = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            commands.addAll(node.call("call" + i, spec));
        }
        return commands;
    }

    private static long launches(List<Command> commands) {
        return commands.stream().filter(Command.Launch.class::isInstance).count();
    }

    private static Command.Grant granted(List<Command> commands) {
        return (Command.Grant) commands.stream()
                .filter(Command.Grant.class::isInstance)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shortCallsWaitForTheContainerThatIsThere() {
        TableDriver node = TableDriver.blocking(100);
        measure(node, FN, Duration.ofMillis(10));

        List<Command> commands = burst(node, 32, FN);

        assertThat(commands).hasSize(1);
        assertThat(told(node.release("c1", granted(commands).lease()))).containsExactly(grant("c1", "call1"));
    }

    @Test
    void longCallsHaveOneEach() {
        TableDriver node = TableDriver.blocking(100);
        measure(node, FN, Duration.ofSeconds(10));

        assertThat(launches(burst(node, 32, FN))).isEqualTo(31);
    }

    @Test
    void callsInBetweenHaveAsManyAsAreWorthTheirStart() {
        TableDriver node = TableDriver.blocking(100);
        measure(node, FN, Duration.ofMillis(100));

        // One runs, 31 wait for 100 ms each: 8 containers do that in the time of a start.
        assertThat(launches(burst(node, 32, FN))).isBetween(6L, 8L);
    }

    @Test
    void ofAQueueNeverMeasuredTwoStartAndTheRestWaitForWhatTheyShow() {
        TableDriver node = TableDriver.blocking(100);
        assertThat(launches(burst(node, 32, FN))).isEqualTo(2);
        assertThat(node.pass(START)).isEmpty();
        List<Command> served = node.ready("c1");

        int calls = 1;
        while (served.stream().anyMatch(Command.Grant.class::isInstance)) {
            assertThat(launches(served)).isZero();
            // The first call finds the function cold.
            node.pass(Duration.ofMillis(calls == 1 ? 90 : 5));
            served = node.release("c1", granted(served).lease());
            calls++;
        }
        assertThat(calls).isEqualTo(33);
    }

    @Test
    void whereTheFirstCallRunsOnMoreAreStarted() {
        TableDriver node = TableDriver.blocking(100);
        burst(node, 32, FN);
        node.pass(START);
        node.ready("c1");

        assertThat(node.pass(Duration.ofMillis(99))).isEmpty();
        long first = launches(node.pass(Duration.ofMillis(1)));
        long second = launches(node.pass(Duration.ofMillis(100)));
        long third = launches(node.pass(START));

        assertThat(first).isEqualTo(2);
        assertThat(second).isEqualTo(4);
        assertThat(2 + first + second + third).isGreaterThan(12).isLessThanOrEqualTo(32);
    }

    @Test
    void nobodyIsPutOffForLongerThanAStartTakes() {
        TableDriver node = TableDriver.blocking(100);
        measure(node, FN, Duration.ofMillis(10));
        burst(node, 2, FN);

        assertThat(node.pass(START.minusMillis(1))).isEmpty();
        assertThat(told(node.pass(Duration.ofMillis(1)))).containsExactly(launch("c2", "call1"));
    }

    @Test
    void aContainerThatDiesLeavesNobodyWithoutAnother() {
        TableDriver node = TableDriver.blocking(100);
        measure(node, FN, Duration.ofMillis(10));
        burst(node, 3, FN);

        assertThat(told(node.ending("c1"))).containsExactly(launch("c2", "call1"));
    }

    @Test
    void aFailedLaunchHasAllOfItsQueueLaunchAtOnce() {
        TableDriver node = TableDriver.blocking(100);
        burst(node, 5, FN);

        assertThat(told(node.fails("c1", ErrorCode.INIT_FAILED)))
                .containsExactly(
                        refuse("call0", ErrorCode.INIT_FAILED),
                        launch("c3", "call2"),
                        launch("c4", "call3"),
                        launch("c5", "call4"));
    }

    @Test
    void nobodyIsPutOffWhileSomebodyLacksRoom() {
        TableDriver node = TableDriver.blocking(4);
        measure(node, FN, Duration.ofMillis(10));
        burst(node, 2, FN);

        // The big one lacks room, and those who came before it have theirs first.
        assertThat(told(node.call("big", spec("big", 4)))).containsExactly(launch("c2", "call1"));
        assertThat(node.call("late", FN)).isEmpty();
        Command.Grant second = (Command.Grant) node.ready("c2").get(0);
        assertThat(told(node.release("c2", second.lease()))).containsExactly(grant("c2", "late"));
    }

    @Test
    void whoeverIsPutOffAndThenFindsNoRoomKeepsItsPlaceInTheLine() {
        TableDriver node = TableDriver.blocking(2);
        measure(node, FN, Duration.ofMillis(10));
        burst(node, 2, FN);
        node.busy("other", spec("other", 1));
        assertThat(node.call("big", spec("big", 2))).isEmpty();

        assertThat(told(node.gone("c2"))).containsExactly(launch("c3", "call1"));
    }

    @Test
    void inNonBlockingModeACallIsPutOffForATenthOfASecondAndThenLaunchedFor() {
        TableDriver node = TableDriver.nonBlocking(100);
        measure(node, FN, Duration.ofMillis(10));
        burst(node, 2, FN);

        assertThat(node.pass(Duration.ofMillis(99))).isEmpty();
        assertThat(told(node.pass(Duration.ofMillis(1)))).containsExactly(launch("c2", "call1"));
    }

    @Test
    void inNonBlockingModeACallPutOffIsRefusedWhereThereIsNoRoom() {
        TableDriver node = TableDriver.nonBlocking(1);
        measure(node, FN, Duration.ofMillis(10));
        burst(node, 2, FN);

        assertThat(node.pass(Duration.ofMillis(99))).isEmpty();
        assertThat(told(node.pass(Duration.ofMillis(1)))).containsExactly(refuse("call1", ErrorCode.SERVER_BUSY));
        assertThat(node.snapshot().queues()).allMatch(queue -> queue.waiting() == 0);
    }

    @Test
    void aContainerThatTakesNoSecondCallIsNotWaitedFor() {
        TableDriver node = TableDriver.blocking(100);
        ContainerSpec once = oneShot();
        measureOnce(node, once);

        assertThat(launches(burst(node, 8, once))).isEqualTo(8);
    }

    private static void measureOnce(TableDriver node, ContainerSpec once) {
        node.call("measure", once);
        node.ready("c1");
        node.ending("c1");
        node.gone("c1");
    }

    private static ContainerSpec oneShot() {
        return SpecBuilder.of("once").format(CallFormat.DEFAULT).memoryMiB(1).build();
    }

    @Test
    void whatItsCallsHaveShownIsRememberedWhenTheQueueIsGone() {
        TableDriver node = TableDriver.blocking(100);
        measure(node, FN, Duration.ofMillis(10));
        node.pass(Duration.ofSeconds(31));
        node.gone("c1");
        assertThat(node.snapshot().queues()).isEmpty();

        assertThat(launches(burst(node, 32, FN))).isEqualTo(1);
    }

    @Test
    void whatStartsTooSlowlyIsNotReliedOnForEver() {
        TableDriver node = TableDriver.blocking(100);
        measure(node, FN, Duration.ofMillis(10));
        node.ending("c1");
        assertThat(launches(burst(node, 32, FN))).isEqualTo(1);

        assertThat(launches(node.pass(START))).isEqualTo(1);
        assertThat(launches(node.pass(START))).isEqualTo(2);
    }

    @Test
    void whoeverIsServedByAContainerThatWasThereIsToldSo() {
        TableDriver node = TableDriver.blocking(100);
        measure(node, FN, Duration.ofMillis(10));
        Command.Grant first = granted(burst(node, 3, FN));

        Command.Grant second = granted(node.release("c1", first.lease()));

        assertThat(second.facts().waited()).isEqualTo(Waited.SOONER);
        assertThat(second.facts().busy()).isEqualTo(1);
        assertThat(second.facts().shortage()).isNull();
    }

    /** So many callers, each of whom calls again as soon as it is answered. Returns the containers launched. */
    private static long sustained(TableDriver node, int callers, Duration service, int calls) {
        Deque<Command.Grant> running = new ArrayDeque<>();
        Map<String, Integer> starting = new LinkedHashMap<>();
        List<Command> news = new ArrayList<>(burst(node, callers, FN));
        long launched = 0;
        for (int i = 0; i < calls; i++) {
            launched += launches(news);
            for (Command command : news) {
                if (command instanceof Command.Grant grant) {
                    running.add(grant);
                } else if (command instanceof Command.Launch launch) {
                    starting.put(launch.containerId(), i);
                }
            }
            news = new ArrayList<>(node.pass(service.dividedBy(running.size())));
            Command.Grant over = running.remove();
            news.addAll(node.release(over.containerId(), over.lease()));
            news.addAll(node.call("next" + i, FN));
            int now = i;
            long startsInCalls = START.dividedBy(service);
            List.copyOf(starting.keySet()).forEach(container -> {
                if (now - starting.get(container) >= startsInCalls) {
                    starting.remove(container);
                    news(node, container, running);
                }
            });
        }
        return launched;
    }

    private static void news(TableDriver node, String container, Deque<Command.Grant> running) {
        node.ready(container).stream()
                .filter(Command.Grant.class::isInstance)
                .map(Command.Grant.class::cast)
                .forEach(running::add);
    }

    @Test
    void callersWhoGoOnWaitingForEachOtherGetContainersOfTheirOwn() {
        TableDriver node = TableDriver.blocking(100);
        measure(node, FN, Duration.ofMillis(10));

        assertThat(sustained(node, 32, Duration.ofMillis(10), 4_000)).isBetween(24L, 40L);
    }

    @Test
    void aBurstNowAndThenDoesNot() {
        TableDriver node = TableDriver.blocking(100);
        measure(node, FN, Duration.ofMillis(5));

        for (int i = 0; i < 10; i++) {
            List<Command> served = burst(node, 16, FN);
            while (served.stream().anyMatch(Command.Grant.class::isInstance)) {
                assertThat(launches(served)).isZero();
                node.pass(Duration.ofMillis(5));
                served = node.release("c1", granted(served).lease());
            }
            node.pass(Duration.ofSeconds(10));
        }
    }

    @Test
    void withoutWaitingEachCallHasAContainer() {
        TableDriver node = TableDriver.without();
        measure(node, FN, Duration.ofMillis(10));

        assertThat(launches(burst(node, 32, FN))).isEqualTo(31);
    }

    @Test
    void nothingIsEvictedForACallThatIsRefusedOnceThosePutOffHaveTheirRoom() {
        ContainerSpec fn = spec("fn", 2);
        TableDriver node = TableDriver.nonBlocking(10);
        node.idle("first", spec("idle", 2));
        node.busy("a", fn);
        node.call("b", fn);
        assertThat(node.call("putOff", fn)).isEmpty();

        assertThat(told(node.call("big", spec("big", 5))))
                .containsExactly(launch("c4", "putOff"), refuse("big", ErrorCode.SERVER_BUSY));
    }
}
