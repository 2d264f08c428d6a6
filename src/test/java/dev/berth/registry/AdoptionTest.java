package dev.berth.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.RegistryMessage;
import dev.berth.bus.RegistryMessage.AcquireSlot;
import dev.berth.bus.RegistryMessage.ContainerAdopted;
import dev.berth.bus.Shown;
import dev.berth.bus.WorkerMessage.Reason;
import dev.berth.call.ContainerSpec;
import dev.berth.call.Seal;
import dev.berth.call.SpecBuilder;
import dev.berth.config.RunnerConfig;
import dev.berth.conformance.Rule;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Containers that an earlier runner has left, before and after the first call of their key. */
final class AdoptionTest {
    private static final Seal SEAL = Seal.fresh();
    private static final ContainerSpec SPEC = Specs.spec("f", 100);

    private final SlotTable table = new SlotTable(
            RunnerConfig.defaults().registry(),
            new NodeCapacity(250 * Specs.MIB, 4000, List.of()),
            "here",
            2,
            () -> "new");
    private long now;
    private long tickets;

    private List<Command> apply(RegistryMessage message) {
        return table.apply(message, now += 1_000_000);
    }

    private static ContainerAdopted adopted(String id, ContainerSpec spec, String sealedSpec) {
        return Specs.adopted(id, 1, SEAL, spec, sealedSpec);
    }

    private static ContainerAdopted adopted(String id, ContainerSpec spec, String sealedSpec, Shown shown) {
        return new ContainerAdopted(id, 1, SEAL, SEAL.standIn(spec), sealedSpec, shown);
    }

    private List<Command> call(ContainerSpec spec) {
        return apply(new AcquireSlot("ingress.here.0", ++tickets, "call-" + tickets, spec));
    }

    @Test
    void theFirstCallOfItsKeyGetsIt() {
        assertThat(apply(adopted("old", SPEC, SEAL.of(SPEC)))).isEmpty();
        assertThat(table.snapshot().memoryUsedBytes()).isEqualTo(100 * Specs.MIB);

        List<Command> commands = call(SPEC);

        assertThat(commands.get(0))
                .isInstanceOfSatisfying(
                        Command.Wake.class, wake -> assertThat(wake.worker()).isEqualTo(1));
        assertThat(commands.get(1))
                .isInstanceOfSatisfying(
                        Command.Grant.class,
                        grant -> assertThat(grant.containerId()).isEqualTo("old"));
        assertThat(table.snapshot().queues())
                .singleElement()
                .satisfies(queue -> assertThat(queue.key()).isEqualTo(SPEC.key()));
        // What is launched next is made from what the call has brought.
        assertThat(call(SPEC)).noneMatch(Command.Grant.class::isInstance);
    }

    @Test
    void itIsNotGivenToACallWithAnotherEnvironment() {
        ContainerSpec before =
                SpecBuilder.like(SPEC).env(Map.of("COLOUR", "red")).build();
        apply(adopted("old", before, SEAL.of(before)));

        List<Command> commands = call(SPEC);

        assertThat(commands)
                .anySatisfy(command -> assertThat(command).isEqualTo(new Command.Remove(1, "old", Reason.UNFIT)));
        assertThat(commands).anyMatch(Command.Launch.class::isInstance);
        apply(new RegistryMessage.ContainerGone("old"));
        assertThat(table.snapshot().memoryUsedBytes()).isEqualTo(100 * Specs.MIB);
    }

    @Test
    void whatThereIsNoRoomForGoes() {
        apply(adopted("a", SPEC, SEAL.of(SPEC)));
        apply(adopted("b", SPEC, SEAL.of(SPEC)));

        assertThat(apply(adopted("c", SPEC, SEAL.of(SPEC)))).containsExactly(new Command.Remove(1, "c", Reason.UNFIT));
        assertThat(table.snapshot().memoryUsedBytes()).isEqualTo(200 * Specs.MIB);
    }

    @Test
    void itMakesRoomForOthersAndGoesWhenItIsIdleTooLong() {
        apply(adopted("old", SPEC, SEAL.of(SPEC)));

        assertThat(call(Specs.spec("big", 200))).contains(new Command.Remove(1, "old", Reason.EVICTED));
        apply(new RegistryMessage.ContainerGone("old"));
        apply(adopted("next", Specs.spec("g", 10), "of another"));
        now += SPEC.idleTimeout().toNanos();

        assertThat(table.tick(now)).contains(new Command.Remove(1, "next", Reason.IDLE_TIMEOUT));
    }

    @Test
    void aDrainThatHandsOverLeavesWhatIsIdleOrBecomesSo() {
        apply(adopted("idle", SPEC, SEAL.of(SPEC)));
        ContainerSpec other = Specs.spec("other", 10);
        apply(adopted("busy", other, SEAL.of(other)));
        Command.Grant grant = (Command.Grant) call(other).get(1);

        assertThat(apply(new RegistryMessage.Drain(true)))
                .containsExactly(new Command.Remove(1, "idle", Reason.HANDED_OVER));
        assertThat(apply(new RegistryMessage.ContainerReleased("busy", grant.lease())))
                .containsExactly(new Command.Remove(1, "busy", Reason.HANDED_OVER, new Shown(2_000_000, 0)));
    }

    /** Two functions of one image: what the runner before knew of the one says nothing of the other. */
    @Test
    @Rule("adopt-shown")
    void whatCallsHaveShownGoesWithTheirFunctionsContainer() {
        ContainerSpec slow =
                SpecBuilder.like(Specs.spec("slow", 10)).image(SPEC.image()).build();
        Shown shown = new Shown(5_000_000_000L, 400_000_000);
        apply(adopted("quick", SPEC, SEAL.of(SPEC), new Shown(2_000_000, 300_000_000)));
        apply(adopted("slow", slow, SEAL.of(slow), shown));
        call(SPEC);
        call(slow);

        // The container of quick calls is worth waiting for, that of slow ones is not.
        assertThat(call(SPEC)).noneMatch(Command.Launch.class::isInstance);
        assertThat(call(slow)).anyMatch(Command.Launch.class::isInstance);
    }

    @Test
    @Rule("adopt-shown")
    void theNextRunnerButOneIsToldAsWell() {
        Shown shown = new Shown(5_000_000_000L, 400_000_000);
        apply(adopted("idle", SPEC, SEAL.of(SPEC), shown));

        assertThat(apply(new RegistryMessage.Drain(true)))
                .containsExactly(new Command.Remove(1, "idle", Reason.HANDED_OVER, shown));
    }
}
