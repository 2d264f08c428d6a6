package dev.berth.stream;

import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.MessageProducer;
import io.vertx.core.tracing.TracingPolicy;

/** Another endpoint, as this one sees it. */
final class Peer {
    private final MessageProducer<Envelope> producer;
    private final String address;
    /** Streams that end if it is lost. */
    int streams;
    /** A frame came since the last tick. */
    boolean heard;
    /** Ticks since the last frame. */
    int silentTicks;

    Peer(String address, MessageProducer<Envelope> producer) {
        this.address = address;
        this.producer = producer;
    }

    /**
     * Frames are not traced: the calls they belong to are.
     *
     * @param local skip the cluster's look-up of the address
     */
    static DeliveryOptions options(boolean local) {
        return new DeliveryOptions()
                .setCodecName(FrameCodec.NAME)
                .setTracingPolicy(TracingPolicy.IGNORE)
                .setLocalOnly(local);
    }

    void join() {
        if (streams++ == 0) {
            heard = true;
            silentTicks = 0;
        }
    }

    String address() {
        return address;
    }

    MessageProducer<Envelope> producer() {
        return producer;
    }
}
