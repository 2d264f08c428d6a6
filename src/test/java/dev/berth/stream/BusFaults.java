package dev.berth.stream;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryContext;
import io.vertx.core.eventbus.DeliveryOptions;
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

    private static final Buffer EMPTY = Buffer.buffer();

    private final Vertx vertx;
    private final Queue<DeliveryContext<Envelope>> held = new ConcurrentLinkedQueue<>();
    private final Queue<Frame> sent = new ConcurrentLinkedQueue<>();
    private final AtomicInteger biggestFrame = new AtomicInteger();
    private volatile Function<Envelope, Fault> rule = envelope -> Fault.PASS;

    BusFaults(Vertx vertx) {
        this.vertx = vertx;
        vertx.eventBus().addOutboundInterceptor(this);
    }

    void rule(Function<Envelope, Fault> rule) {
        this.rule = rule;
    }

    /** Applies a fault to the n-th frame of a kind, counted from 1, and to no other. */
    void nth(int n, Class<? extends Frame> kind, Fault fault) {
        int[] seen = {0};
        rule(envelope -> {
            synchronized (seen) {
                return kind.isInstance(envelope.frame()) && ++seen[0] == n ? fault : Fault.PASS;
            }
        });
    }

    void all(Class<? extends Frame> kind, Fault fault) {
        rule(envelope -> kind.isInstance(envelope.frame()) ? fault : Fault.PASS);
    }

    void none() {
        rule(envelope -> Fault.PASS);
    }

    void release() {
        none();
        DeliveryContext<Envelope> context;
        while ((context = held.poll()) != null) {
            context.next();
        }
    }

    /** Every frame given to the bus, lost ones too; data without its bytes. */
    <F extends Frame> List<F> sent(Class<F> kind) {
        return sent.stream().filter(kind::isInstance).map(kind::cast).toList();
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
        Envelope envelope = context.message().body();
        record(envelope.frame());
        switch (rule.apply(envelope)) {
            case PASS -> context.next();
            case DROP -> {}
            case HOLD -> held.add(context);
            case REPEAT -> {
                context.next();
                none();
                String address = context.message().address();
                vertx.eventBus().send(address, envelope, new DeliveryOptions().setCodecName(FrameCodec.NAME));
            }
        }
    }
}
