package dev.berth.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.Addresses;
import dev.berth.bus.ClusterMessage.Entry;
import dev.berth.bus.IngressMessage.Holders.Holder;
import dev.berth.bus.IngressMessage.SlotRefused;
import dev.berth.bus.RegistryMessage.AcquireSlot.Mode;
import dev.berth.call.ContainerSpec;
import dev.berth.call.ContainerTimings;
import dev.berth.cluster.Boards;
import dev.berth.cluster.Placed;
import dev.berth.error.ErrorCode;
import dev.berth.ingress.Itinerary.Stop;
import dev.berth.registry.RegistrySeat;
import dev.berth.why.SlotFacts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ClusterItineraryTest {
    private static final ContainerSpec SPEC = RegistrySeat.spec("fn", 128);
    private static final Entry NOTHING = Entry.gone(SPEC.key().hash64());
    private static final Entry IDLE = new Entry(SPEC.key().hash64(), 1, 0, 0, 0, 100_000, 500_000);
    private static final long ROOM = 1L << 30;

    private static Itinerary itinerary(Boards boards) {
        return ClusterItinerary.planner(boards.placer(), "own").plan(SPEC);
    }

    private static SlotRefused refusal(ErrorCode code, Entry counts) {
        return new SlotRefused(1, code.exception(), ContainerTimings.NONE, SlotFacts.NONE, counts);
    }

    /** Everything that is asked when all refuse, as node and mode. */
    private static List<String> way(Itinerary itinerary, ErrorCode firstAnswer) {
        List<String> way = new ArrayList<>();
        ErrorCode answer = firstAnswer;
        for (Stop stop = itinerary.next(); stop != null; stop = itinerary.next()) {
            way.add(Addresses.incarnation(stop.registry()) + " " + stop.mode());
            assertThat(stop.remote())
                    .isEqualTo(!Addresses.incarnation(stop.registry()).equals("own"));
            assertThat(itinerary.refused(refusal(answer, NOTHING))).isTrue();
            answer = ErrorCode.SERVER_BUSY;
        }
        return way;
    }

    @Test
    void aloneTheNodeIsAskedAsIfThereWereNoCluster() {
        Itinerary itinerary = itinerary(new Boards().own(ROOM));

        Stop only = itinerary.next();

        assertThat(only.mode()).isEqualTo(Mode.ANY);
        assertThat(only.remote()).isFalse();
        assertThat(itinerary.refused(refusal(ErrorCode.SERVER_BUSY, null))).isTrue();
        assertThat(itinerary.next()).isNull();
    }

    @Test
    void ownIdleSlotThenAContainerThatExistsThenANewOneThenTheQueue() {
        Itinerary itinerary = itinerary(new Boards().own(ROOM).up("a", IDLE));
        Stop first = itinerary.next();
        assertThat(first.patience()).isEqualTo(Duration.ZERO);

        assertThat(way(itinerary(new Boards().own(ROOM).up("a", IDLE)), ErrorCode.SERVER_BUSY))
                .containsExactly("own EXISTING", "a EXISTING", "own LAUNCH", "a LAUNCH", "own ANY");
    }

    @Test
    void ofManyNodesTwoAreAskedWhoHasContainers() {
        Boards boards = new Boards(1).own(ROOM).up("a").up("b");
        Itinerary itinerary = itinerary(boards);
        assertThat(itinerary.next().registry()).isEqualTo(Addresses.registry("own"));
        itinerary.refused(refusal(ErrorCode.SERVER_BUSY, NOTHING));

        Stop first = itinerary.next();
        itinerary.told(List.of());
        Stop second = itinerary.next();
        assertThat(List.of(first, second)).allMatch(stop -> stop.isQuestion() && !stop.remote());
        assertThat(first).as("the first knows of nobody, or is silent").isNotEqualTo(second);
        itinerary.told(List.of(new Holder("b", IDLE)));

        assertThat(way(itinerary, ErrorCode.SERVER_BUSY))
                .startsWith("b EXISTING", "own LAUNCH")
                .endsWith("own ANY")
                .doesNotHaveDuplicates();
    }

    @Test
    void theFirstThatKnowsOfSomebodyIsTheLastAsked() {
        Itinerary itinerary = itinerary(new Boards(1).own(ROOM).up("a").up("b"));
        itinerary.next();
        itinerary.refused(refusal(ErrorCode.SERVER_BUSY, NOTHING));
        assertThat(itinerary.next().isQuestion()).isTrue();
        itinerary.told(List.of(new Holder("a", IDLE), new Holder("nobody", IDLE)));

        assertThat(way(itinerary, ErrorCode.SERVER_BUSY))
                .startsWith("a EXISTING", "own LAUNCH")
                .endsWith("own ANY");
    }

    @Test
    void whereBothKnowOfNobodyANewContainerIsStarted() {
        Itinerary itinerary = itinerary(new Boards(1).own(ROOM).up("a").up("b"));
        itinerary.next();
        itinerary.refused(refusal(ErrorCode.SERVER_BUSY, NOTHING));
        itinerary.next();
        itinerary.told(List.of());
        itinerary.next();
        itinerary.told(List.of());

        assertThat(way(itinerary, ErrorCode.SERVER_BUSY)).startsWith("own LAUNCH");
    }

    @Test
    void callThatThisNodeCouldNeverHoldWaitsElsewhere() {
        assertThat(way(itinerary(new Boards().own(0).up("a")), ErrorCode.RESOURCE_TOO_BIG))
                .startsWith("own EXISTING")
                .endsWith("a ANY")
                .doesNotContain("own ANY", "own LAUNCH");
    }

    @Test
    void nodeThatIsLostMeanwhileIsNotAsked() {
        Boards boards = new Boards().own(ROOM).up("a", IDLE).up("b", IDLE);
        Itinerary itinerary = itinerary(boards);
        itinerary.next();
        itinerary.refused(refusal(ErrorCode.SERVER_BUSY, NOTHING));
        assertThat(itinerary.next().remote()).isTrue();
        boards.lose();

        assertThat(itinerary.refused(refusal(ErrorCode.SERVER_BUSY, NOTHING))).isTrue();
        assertThat(way(itinerary, ErrorCode.SERVER_BUSY)).allMatch(stop -> stop.startsWith("own "));
    }

    @Test
    void refusalThatIsNobodysElseEndsTheWay() {
        Itinerary itinerary = itinerary(new Boards().own(ROOM).up("a", IDLE));
        itinerary.next();

        assertThat(itinerary.refused(refusal(ErrorCode.PULL_FAILED, NOTHING))).isFalse();
    }

    @Test
    void whatBecameOfATryIsCounted() {
        Boards boards = new Boards().own(ROOM).up("a", IDLE);
        Itinerary itinerary = itinerary(boards);
        itinerary.next();
        itinerary.refused(refusal(ErrorCode.SERVER_BUSY, NOTHING));
        assertThat(itinerary.next().remote()).isTrue();
        itinerary.refused(refusal(ErrorCode.SERVER_BUSY, NOTHING));
        itinerary.next();
        itinerary.granted();

        assertThat(boards.count(Placed.REFUSED_ELSEWHERE)).isEqualTo(1);
        assertThat(boards.count(Placed.HERE)).isEqualTo(1);
        assertThat(boards.count(Placed.ELSEWHERE)).isZero();
    }
}
