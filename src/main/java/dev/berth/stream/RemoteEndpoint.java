package dev.berth.stream;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.MessageProducer;
import io.vertx.core.tracing.TracingPolicy;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Another endpoint, as this one sees it. */
final class RemoteEndpoint {
    /** An envelope with as much data is not kept for more. */
    private static final int ENVELOPE_BYTES = 64 * 1024;

    private final StreamEndpoint endpoint;
    private final String address;
    private final MessageProducer<Envelope> producer;
    private final @Nullable NodePair pair;
    /** What goes there in this turn. */
    private final List<Envelope.Packet> waiting = new ArrayList<>();

    private int waitingBytes;
    private boolean flushDue;
    /** Messages to another node that the bus has not written yet. */
    private int underWay;
    /** Streams that end if it is lost. */
    int streams;
    /** A frame came since the last tick. */
    boolean heard;
    /** Ticks since the last frame. */
    int silentTicks;

    /** @param pair null within a node */
    RemoteEndpoint(StreamEndpoint endpoint, Vertx vertx, String address, @Nullable NodePair pair) {
        this.endpoint = endpoint;
        this.address = address;
        this.pair = pair;
        this.producer = vertx.eventBus().sender(address, options(pair == null));
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

    private void written(List<Envelope.Packet> packets) {
        if (pair != null) {
            pair.link().written(packets);
        }
    }

    /** Whether no stream needs it and nothing to it is on its way. */
    boolean idle() {
        return streams == 0 && underWay == 0;
    }

    String address() {
        return address;
    }

    boolean isElsewhere() {
        return pair != null;
    }

    /** What is shared by all that goes between the two nodes; null within a node. */
    @Nullable
    NodePair pair() {
        return pair;
    }

    void join() {
        if (streams++ == 0) {
            heard = true;
            silentTicks = 0;
        }
    }

    /**
     * Sends with all else that goes there in this turn: at its end, or at once when what a stream has to say is
     * complete, or when there is enough of it. Order is kept. Never throws: the endpoint hears of a failure in a later
     * turn.
     */
    void send(StreamId stream, Frame frame) {
        waiting.add(new Envelope.Packet(stream, frame));
        if (frame instanceof Frame.Data data) {
            waitingBytes += data.bytes().length();
        }
        if (completes(frame) || waitingBytes >= ENVELOPE_BYTES) {
            flush();
        } else if (!flushDue) {
            flushDue = true;
            endpoint.later(turn -> {
                flushDue = false;
                flush();
            });
        }
    }

    private static boolean completes(Frame frame) {
        return frame instanceof Frame.End || frame instanceof Frame.Finish || frame instanceof Frame.Cancel;
    }

    private void flush() {
        if (waiting.isEmpty()) {
            return;
        }
        List<Envelope.Packet> packets = List.copyOf(waiting);
        waiting.clear();
        waitingBytes = 0;
        send(packets);
    }

    private void send(List<Envelope.Packet> packets) {
        Future<Void> sent;
        try {
            sent = producer.write(new Envelope(endpoint.address(), packets));
        } catch (RuntimeException e) {
            if (packets.size() == 1) {
                written(packets);
                endpoint.onUnsendable(packets.get(0).stream(), e);
            } else {
                // Those beside the one that cannot be sent are not to blame.
                packets.forEach(packet -> send(List.of(packet)));
            }
            return;
        }
        // Within the process this is decided by now; to other nodes later.
        if (pair != null) {
            underWay++;
            sent.onComplete(done -> {
                underWay--;
                written(packets);
            });
        }
        if (!sent.succeeded()) {
            sent.onFailure(failure -> endpoint.onUnreachable(this, packets, failure));
        }
    }
}
