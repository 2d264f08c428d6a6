package dev.berth.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.config.StreamConfig;
import dev.berth.error.ErrorCode;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Bodies to another node over a bus that takes what it is given and writes none of it for a while; what is no body passes
 * them there, so there are no pings, which would miss them.
 */
final class StreamLinkTest {
    private static final int FRAME = 16 << 10;
    private static final long MOST = 512 << 10;
    /** What a stream may send before it is granted more. */
    private static final int FIRST = 64 << 10;

    private final SlowBus slow = new SlowBus();
    private final EndpointPair pair = new EndpointPair(
            new StreamConfig(256 << 10, FRAME, Duration.ofSeconds(60), Duration.ofSeconds(120)),
            "berth.other.worker.0",
            vertx -> vertx.eventBus().addOutboundInterceptor(slow));

    @AfterEach
    void close() {
        pair.close();
    }

    @Test
    void noMoreThanHalfAMebibyteOfBodiesIsWithTheBusAndNothingElseWaits() {
        List<Recorded> here = new ArrayList<>();
        List<Recorded> there = answers(16, here);

        assertThat(slow.bytes()).isBetween(MOST / 2, MOST);
        assertThat(link().underWay()).isBetween(slow.bytes(), MOST);
        pair.acceptor.run(() -> there.get(15).stream.cancel(ErrorCode.CONTAINER_EXIT.exception()));
        pair.initiator.until(() -> here.get(15).saw("failure CONTAINER_EXIT"));

        writeAll();
        for (int i = 0; i < 15; i++) {
            Recorded reader = here.get(i);
            pair.initiator.until(() -> reader.saw("end") && reader.text().equals(body()));
        }
        end(here);
    }

    @Test
    void streamsThatWaitTakeTurns() {
        List<Recorded> here = new ArrayList<>();
        List<Recorded> unused = answers(16, here);
        slow.order.clear();

        writeAll();

        // Six went whole and the seventh in part.
        List<Long> order = List.copyOf(slow.order);
        assertThat(order).hasSizeGreaterThan(30);
        Set<Long> round = new HashSet<>();
        List<Integer> rounds = new ArrayList<>();
        for (Long stream : order) {
            if (!round.add(stream)) {
                rounds.add(round.size());
                round.clear();
                round.add(stream);
            }
        }
        assertThat(rounds).as("streams between two turns of one, in %s", order).hasSizeLessThanOrEqualTo(5);
        end(here);
    }

    @Test
    void shortAnswerDoesNotWaitForLongOnes() {
        List<Recorded> here = new ArrayList<>();
        List<Recorded> unused = answers(16, here);
        int held = slow.held.size();

        pair.accept(stream -> {
            stream.outbound().write(Buffer.buffer("short"));
            stream.finish("done");
        });
        Recorded last = pair.initiator.call(() -> new Recorded(open()));
        here.add(last);
        pair.acceptor.until(() -> slow.held.size() > held);

        writeAll();
        pair.initiator.until(() -> last.saw("finish done"));
        end(here);
    }

    @Test
    void streamsThatEndWhileTheyWaitGiveUpTheirTurns() {
        List<Recorded> here = new ArrayList<>();
        List<Recorded> there = answers(16, here);
        pair.acceptor.run(() -> {
            for (int i = 4; i < 16; i += 2) {
                there.get(i).stream.cancel(ErrorCode.CANCELLED.exception());
            }
        });

        writeAll();
        for (int i = 1; i < 16; i += 2) {
            Recorded reader = here.get(i);
            pair.initiator.until(() -> reader.text().equals(body()));
        }
        end(here);
    }

    @Test
    void writesThatFailGiveBackWhatTheyHeld() {
        Recorded here = new Recorded(
                pair.initiator.call(() -> pair.initiator.endpoint().open("berth.gone.worker.0.frames", "call", FIRST)));
        pair.initiator.run(() -> here.stream.outbound().write(Buffer.buffer(body())));
        writeAll();

        pair.initiator.until(() -> here.saw("failure UNDELIVERED"));
        pair.initiator.until(() ->
                link(pair.initiator.frames(), "berth.gone.worker.0.frames").underWay() == 0);
    }

    @Test
    void streamWithinANodeNeverWaits() {
        try (EndpointPair near = new EndpointPair(
                new StreamConfig(1 << 20, FRAME, Duration.ofSeconds(5), Duration.ofSeconds(10)),
                vertx -> vertx.eventBus().addOutboundInterceptor(slow))) {
            Recorded here = near.open(1 << 20);
            near.initiator.run(() -> here.write("write", Buffer.buffer(new byte[1 << 20])));

            assertThat(here.saw("write ok")).isTrue();
            assertThat(slow.bytes()).isEqualTo(1 << 20);
            slow.writeOne();
        }
    }

    private static String body() {
        return "x".repeat(FIRST);
    }

    private FrameStream open() {
        return pair.initiator.endpoint().open(pair.acceptor.frames(), "call", FIRST);
    }

    /** Opens calls whose answers are all that may be sent; returns their other ends when nothing more is given to the bus. */
    private List<Recorded> answers(int count, List<Recorded> here) {
        List<Recorded> there = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            here.add(pair.initiator.call(() -> new Recorded(open())));
            there.add(pair.accepted());
        }
        pair.acceptor.run(() -> there.forEach(call -> {
            call.stream.outbound().write(Buffer.buffer(body()));
            call.stream.outbound().end();
        }));
        pair.settle();
        return there;
    }

    private void writeAll() {
        while (!slow.held.isEmpty()) {
            slow.writeOne();
            pair.settle();
        }
    }

    private void end(List<Recorded> here) {
        pair.initiator.run(() -> here.forEach(call -> call.stream.cancel(ErrorCode.CANCELLED.exception())));
        pair.settle();
        writeAll();
        pair.assertNothingLeft();
        pair.acceptor.until(() -> link().underWay() == 0);
    }

    private Link link() {
        return link(pair.acceptor.frames(), pair.initiator.frames());
    }

    private Link link(String from, String to) {
        NodePairs pairs = NodePairs.of(pair.vertx);
        Link link = pairs.acquire(from, to).link();
        pairs.release(from, to);
        return link;
    }

    /** Keeps what has an order from the network until it is told to write it. */
    private static final class SlowBus implements Handler<DeliveryContext<Envelope>> {
        final Queue<DeliveryContext<Envelope>> held = new ConcurrentLinkedQueue<>();
        /** Streams of the pieces given to it. */
        final Queue<Long> order = new ConcurrentLinkedQueue<>();

        @Override
        public void handle(DeliveryContext<Envelope> context) {
            data(context).forEach(packet -> order.add(packet.stream().number()));
            boolean ordered = context.message().body().packets().stream()
                    .anyMatch(packet -> packet.frame() instanceof Frame.Ordered);
            if (ordered) {
                held.add(context);
            } else {
                context.next();
            }
        }

        private static List<Envelope.Packet> data(DeliveryContext<Envelope> context) {
            return context.message().body().packets().stream()
                    .filter(packet -> packet.frame() instanceof Frame.Data)
                    .toList();
        }

        long bytes() {
            return held.stream()
                    .flatMap(context -> data(context).stream())
                    .mapToLong(packet -> ((Frame.Data) packet.frame()).bytes().length())
                    .sum();
        }

        void writeOne() {
            DeliveryContext<Envelope> next = held.poll();
            if (next != null) {
                next.next();
            }
        }
    }
}
