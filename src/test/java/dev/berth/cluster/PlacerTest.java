package dev.berth.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.ClusterMessage.Entry;
import dev.berth.bus.IngressMessage.Holders.Holder;
import dev.berth.call.ContainerSpec;
import dev.berth.registry.RegistrySeat;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PlacerTest {
    private static final ContainerSpec SPEC = RegistrySeat.spec("fn", 128);
    private static final long HASH = SPEC.key().hash64();
    private static final long NO_ROOM = 0;

    private static Entry idle(int count) {
        return new Entry(HASH, count, 0, 0, 0, 100_000, 500_000);
    }

    private static List<String> waits(Placer placer) {
        return placer.candidates(SPEC, null).stream()
                .filter(candidate -> candidate.mode() == Candidate.Mode.WAIT && candidate.limitNanos() == 0)
                .map(Candidate::incarnation)
                .toList();
    }

    @Test
    void whatWasSentCountsUntilTheNodeTellsAnew() {
        Boards boards = new Boards().own(NO_ROOM).up("a", idle(1));
        Placer placer = boards.placer();
        assertThat(waits(placer)).containsExactly("a");

        placer.tried(new Candidate("a", Candidate.Mode.WAIT, 0), SPEC);
        assertThat(waits(placer)).isEmpty();
        assertThat(waits(boards.placer())).as("to each its own").containsExactly("a");

        boards.tell("a", 2, idle(1));
        assertThat(waits(placer)).containsExactly("a");
    }

    @Test
    void refusalIsBelievedUntilTheNodeTellsAnew() {
        Boards boards = new Boards().own(NO_ROOM).up("a", idle(1)).up("b", idle(1));
        Placer placer = boards.placer();
        Candidate wait = new Candidate("a", Candidate.Mode.WAIT, 0);

        placer.refused(wait, SPEC, new Entry(HASH + 1, 5, 0, 0, 0, 0, 0));
        assertThat(waits(placer)).as("counts of another queue are made up").containsExactly("b");
        placer.refused(wait, SPEC, idle(1));
        assertThat(waits(placer)).containsExactlyInAnyOrder("a", "b");
        placer.refused(wait, SPEC, Entry.gone(HASH));
        assertThat(waits(placer)).containsExactly("b");

        boards.tell("a", 2, idle(1));
        assertThat(waits(placer)).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void thoseNamedAreTriedIfTheyAreKnownAndTheirQueueIsMeant() {
        Boards boards = new Boards().own(NO_ROOM).up("a").up("b");
        Placer placer = boards.placer();
        List<Holder> named = List.of(
                new Holder("stranger", idle(9)),
                new Holder("own", idle(9)),
                new Holder("a", new Entry(HASH + 1, 9, 0, 0, 0, 0, 0)),
                new Holder("b", idle(1)));

        assertThat(placer.candidates(SPEC, null, named))
                .filteredOn(candidate -> candidate.mode() == Candidate.Mode.WAIT)
                .containsExactly(new Candidate("b", Candidate.Mode.WAIT, 0));
        assertThat(placer.candidates(SPEC, null, List.of()))
                .as("only those named")
                .noneMatch(candidate -> candidate.mode() == Candidate.Mode.WAIT);
    }

    @Test
    void homesAreAskedBeyondSoManyNodes() {
        assertThat(new Boards(3).own(0).up("a").up("b").placer().homes(SPEC)).isEmpty();
        assertThat(new Boards(2).own(0).up("a").up("b").placer().homes(SPEC))
                .hasSize(2)
                .isSubsetOf("own", "a", "b");
    }

    @Test
    void nodeThatIsLostTakesNoCalls() {
        Boards boards = new Boards().own(NO_ROOM).up("a", idle(1));
        Placer placer = boards.placer();
        assertThat(placer.alone()).isFalse();
        assertThat(placer.takesCalls("a")).isTrue();

        boards.lose();

        assertThat(placer.alone()).isTrue();
        assertThat(placer.takesCalls("a")).isFalse();
        assertThat(placer.takesCalls("own")).isTrue();
        assertThat(waits(placer)).isEmpty();
    }

    @Test
    void callTooBigForThisNodeHasTheSameOrderOfQueuesElsewhereOnEveryNode() {
        List<Candidate> one = new Boards().up("a").up("b").up("c").placer().queuesElsewhere(SPEC);
        List<Candidate> other = new Boards().up("c").up("a").up("b").placer().queuesElsewhere(SPEC);

        assertThat(one).isEqualTo(other).hasSize(3);
    }
}
