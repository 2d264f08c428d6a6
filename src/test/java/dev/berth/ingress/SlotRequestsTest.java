package dev.berth.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.Addresses;
import dev.berth.bus.ClusterMessage.Entry;
import dev.berth.bus.ClusterMessage.WhoHas;
import dev.berth.bus.IngressMessage.Holders;
import dev.berth.bus.IngressMessage.Holders.Holder;
import dev.berth.bus.IngressMessage.SlotGranted;
import dev.berth.bus.IngressMessage.SlotRefused;
import dev.berth.bus.RegistryMessage;
import dev.berth.bus.RegistryMessage.CancelAcquire;
import dev.berth.bus.RegistryMessage.ReturnLease;
import dev.berth.call.ContainerSpec;
import dev.berth.call.ContainerTimings;
import dev.berth.error.ErrorCode;
import dev.berth.ingress.Itinerary.Stop;
import dev.berth.registry.RegistrySeat;
import dev.berth.why.SlotFacts;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Questions who has containers, and the answers to them, true and false ones. */
final class SlotRequestsTest implements Registries, SlotRequests.Waiter {
    private static final ContainerSpec SPEC = RegistrySeat.spec("fn", 128);
    private static final List<Holder> NAMED =
            List.of(new Holder("a", new Entry(SPEC.key().hash64(), 1, 0, 0, 0, 0, 0)));

    private final SlotRequests requests = new SlotRequests(Addresses.ingress("own", 0), this);
    private final List<Object> sent = new ArrayList<>();
    private final List<Object> told = new ArrayList<>();
    private Runnable late = () -> {};

    private long ask() {
        return requests.acquire(Stop.question("home"), "call", SPEC, this);
    }

    private static SlotGranted grant(long ticket) {
        return new SlotGranted(
                ticket, "r", "w", "c", 1, Duration.ofSeconds(2), 1, ContainerTimings.NONE, SlotFacts.HOT);
    }

    @Test
    void aQuestionIsAnsweredOnce() {
        long ticket = ask();
        assertThat(sent)
                .containsExactly(new WhoHas(
                        "own", Addresses.ingress("own", 0), ticket, SPEC.key().hash64()));

        requests.onAnswer(new Holders(ticket, NAMED));
        requests.onAnswer(new Holders(ticket, NAMED));
        late.run();

        assertThat(told).containsExactly(NAMED);
        assertThat(requests.waiting()).isZero();
    }

    @Test
    void whoeverDoesNotAnswerKnowsNobody() {
        ask();
        late.run();
        ask();
        requests.nodeLost("home");
        late.run();

        assertThat(told).containsExactly(List.of(), List.of());
        assertThat(requests.waiting()).isZero();
    }

    @Test
    void whatIsNoAnswerToAQuestionIsNone() {
        long ticket = ask();
        requests.onAnswer(grant(ticket));
        requests.onAnswer(new SlotRefused(ticket, ErrorCode.SERVER_BUSY.exception(), ContainerTimings.NONE));
        assertThat(told).isEmpty();
        assertThat(sent).contains(new ReturnLease("c", 1));
        requests.onAnswer(new Holders(ticket, NAMED));
        assertThat(told).containsExactly(NAMED);

        long request = requests.acquire(
                new Stop(Addresses.registry("b"), true, RegistryMessage.AcquireSlot.Mode.EXISTING, Duration.ZERO),
                "call",
                SPEC,
                this);
        requests.onAnswer(new Holders(request, NAMED));
        assertThat(told).as("a registry is no directory").hasSize(1);
        requests.onAnswer(grant(request));
        assertThat(told).hasSize(2);
    }

    @Test
    void nothingIsSaidToANodeWhoseAnswerIsNotWantedAnyMore() {
        long ticket = ask();
        requests.cancel(ticket);
        requests.giveUp(ask(), facts -> {});
        requests.onAnswer(new Holders(ticket, NAMED));
        late.run();

        assertThat(told).isEmpty();
        assertThat(sent).noneMatch(message -> message instanceof CancelAcquire);
        assertThat(requests.waiting()).isZero();
    }

    @Override
    public Future<Void> send(String registry, RegistryMessage message) {
        sent.add(message);
        return Future.succeededFuture();
    }

    @Override
    public void ask(String node, WhoHas question, Runnable unanswered) {
        assertThat(node).isEqualTo(Addresses.node("home"));
        sent.add(question);
        late = unanswered;
    }

    @Override
    public void onGranted(SlotGranted grant) {
        told.add(grant);
    }

    @Override
    public void onRefused(SlotRefused refusal) {
        told.add(refusal);
    }

    @Override
    public void onUnanswered() {
        told.add("unanswered");
    }

    @Override
    public void onTold(List<Holder> holders) {
        told.add(holders);
    }
}
