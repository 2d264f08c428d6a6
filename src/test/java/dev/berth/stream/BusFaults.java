package dev.berth.stream;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryContext;
import io.vertx.core.eventbus.DeliveryOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** Loses, repeats or holds up frames on their way, as a rule says, and keeps a record of those sent. */
final class BusFaults implements Handler<DeliveryContext<Envelope>> {
    enum Fault {
        PASS,
        DROP,
        REPEAT,
        /** Until {@link #release}. */
        HOLD
    }

    /** One frame on its way. */
    record Sent(String from, Frame frame) {}

    private static final Buffer EMPTY = Buffer.buffer();
    private static final String SEEN = "seen";

    private record Held(String address, Envelope envelope) {}

    private final Vertx vertx;
    private final Queue<Held> held = new ConcurrentLinkedQueue<>();
    private final Queue<Frame> sent = new ConcurrentLinkedQueue<>();
    private final AtomicInteger biggestFrame = new AtomicInteger();
    private final Queue<String> senders = new ConcurrentLinkedQueue<>();
    private volatile Function<Sent, Fault> rule = sent -> Fault.PASS;

    BusFaults(Vertx vertx) {
        this.vertx = vertx;
        vertx.eventBus().addOutboundInterceptor(this);
    }

    void rule(Function<Sent, Fault> rule) {
        this.rule = rule;
    }

    /** Applies a fault to the n-th frame of a kind, counted from 1, and to no other. */
    void nth(int n, Class<? extends Frame> kind, Fault fault) {
        int[] seen = {0};
        rule(frame -> {
            synchronized (seen) {
                return kind.isInstance(frame.frame()) && ++seen[0] == n ? fault : Fault.PASS;
            }
        });
    }

    void all(Class<? extends Frame> kind, Fault fault) {
        rule(frame -> kind.isInstance(frame.frame()) ? fault : Fault.PASS);
    }

    void none() {
        rule(frame -> Fault.PASS);
    }

    void release() {
        none();
        Held next;
        while ((next = held.poll()) != null) {
            deliver(next.address(), next.envelope());
        }
    }

    /** Every frame given to the bus, lost ones too; data without its bytes. */
    <F extends Frame> List<F> sent(Class<F> kind) {
        return sent.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** Messages that an endpoint has given to the bus. */
    long envelopes(EndpointPair.Side from) {
        return senders.stream().filter(from.frames()::equals).count();
    }

    /** Bytes in the biggest data frame. */
    int biggestFrame() {
        return biggestFrame.get();
    }

    private void record(Frame frame) {
        if (frame instanceof Frame.Data data) {
            biggestFrame.accumulateAndGet(data.bytes().length(), Math::max);
            sent.add(new Frame.Data(data.seq(), EMPTY));
        } else {
            sent.add(frame);
        }
    }

    @Override
    public void handle(DeliveryContext<Envelope> context) {
        if (context.message().headers().contains(SEEN)) {
            context.next();
            return;
        }
        Envelope envelope = context.message().body();
        senders.add(envelope.from());
        List<Fault> faults = new ArrayList<>();
        for (Envelope.Packet packet : envelope.packets()) {
            record(packet.frame());
            faults.add(rule.apply(new Sent(envelope.from(), packet.frame())));
        }
        if (faults.stream().allMatch(fault -> fault == Fault.PASS)) {
            context.next();
            return;
        }
        for (int i = 0; i < faults.size(); i++) {
            Envelope single =
                    new Envelope(envelope.from(), List.of(envelope.packets().get(i)));
            pass(context.message().address(), single, faults.get(i));
        }
    }

    private void pass(String address, Envelope envelope, Fault fault) {
        switch (fault) {
            case PASS -> deliver(address, envelope);
            case DROP -> {}
            case HOLD -> held.add(new Held(address, envelope));
            case REPEAT -> {
                none();
                deliver(address, envelope);
                deliver(address, envelope);
            }
        }
    }

    private void deliver(String address, Envelope envelope) {
        DeliveryOptions options = new DeliveryOptions().setCodecName(FrameCodec.NAME);
        vertx.eventBus().send(address, envelope, options.addHeader(SEEN, "true"));
    }
}
