package dev.berth.stream;

import dev.berth.bus.Addresses;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.MessageProducer;
import io.vertx.core.tracing.TracingPolicy;
import java.util.List;

/** Another endpoint, as this one sees it. */
final class Peer {
    private final StreamEndpoint endpoint;
    private final String address;
    private final MessageProducer<Envelope> producer;
    /** Streams that end if it is lost. */
    int streams;
    /** A frame came since the last tick. */
    boolean heard;
    /** Ticks since the last frame. */
    int silentTicks;

    Peer(StreamEndpoint endpoint, Vertx vertx, String address) {
        this.endpoint = endpoint;
        this.address = address;
        this.producer = vertx.eventBus().sender(address, options(Addresses.sameNode(endpoint.address(), address)));
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

    String address() {
        return address;
    }

    void join() {
        if (streams++ == 0) {
            heard = true;
            silentTicks = 0;
        }
    }

    /** Never throws: the endpoint hears of a failure in a later turn. */
    void send(StreamId stream, Frame frame) {
        Future<Void> sent;
        try {
            sent = producer.write(new Envelope(endpoint.address(), List.of(new Envelope.Packet(stream, frame))));
        } catch (RuntimeException e) {
            endpoint.onUnsendable(stream, e);
            return;
        }
        // Within the process this is decided by now; to other nodes later.
        if (!sent.succeeded()) {
            sent.onFailure(failure -> endpoint.onUnreachable(this, stream, frame, failure));
        }
    }
}
