package dev.berth.stream;

import dev.berth.config.StreamConfig;
import dev.berth.error.ErrorCode;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks peers with live streams whether they are there, whether they know the same streams, and whether all
 * frames have arrived. The last two questions find what a lost frame leaves behind when no other follows it. Ticks only while there are streams:
 * the first tick without any is the last.
 *
 * <p>The silence of an endpoint of another node says nothing here: whether a node is lost is known from its state among
 * the peers, for all its endpoints at once, and is told by {@link StreamEndpoint#peerLost}.
 *
 * <p>Counts ticks instead of reading clocks, so that an event loop that was held up does not take its own
 * delay for the silence of others.
 */
final class Liveness {
    private static final Logger LOG = LoggerFactory.getLogger(Liveness.class);
    private static final long OFF = -1;

    /** The live streams shared with one peer. */
    private static final class Census {
        final List<Frame.Mark> opened = new ArrayList<>();
        final List<Frame.Mark> accepted = new ArrayList<>();

        void add(BusStream stream) {
            (stream.isInitiator() ? opened : accepted).add(stream.mark());
        }
    }

    private final StreamEndpoint endpoint;
    private final Vertx vertx;
    private final long intervalMillis;
    private final long silentTicksAllowed;
    private long timer = OFF;

    Liveness(StreamEndpoint endpoint, Vertx vertx, StreamConfig config) {
        this.endpoint = endpoint;
        this.vertx = vertx;
        this.intervalMillis = Math.max(1, config.pingInterval().toMillis());
        this.silentTicksAllowed = Math.max(1, ceilDiv(config.pingTimeout().toMillis(), intervalMillis));
    }

    private static long ceilDiv(long dividend, long divisor) {
        return (dividend + divisor - 1) / divisor;
    }

    void start() {
        if (timer == OFF) {
            timer = vertx.setTimer(intervalMillis, id -> tick());
        }
    }

    void stop() {
        if (timer != OFF) {
            vertx.cancelTimer(timer);
            timer = OFF;
        }
    }

    boolean running() {
        return timer != OFF;
    }

    private void tick() {
        timer = OFF;
        endpoint.forgetIdlePeers();
        Map<RemoteEndpoint, Census> censuses = new HashMap<>();
        for (BusStream stream : endpoint.streams()) {
            if (!stream.finishArrived()) {
                stream.repeatGrant();
                censuses.computeIfAbsent(stream.peer(), key -> new Census()).add(stream);
            }
        }
        if (!censuses.isEmpty()) {
            start();
            censuses.forEach(this::check);
        }
    }

    private void check(RemoteEndpoint peer, Census census) {
        peer.silentTicks = peer.heard ? 0 : peer.silentTicks + 1;
        peer.heard = false;
        NodePair pair = peer.pair();
        if (pair != null) {
            LOG.atDebug()
                    .addKeyValue("peer", peer.address())
                    .addKeyValue("streams", peer.streams)
                    .addKeyValue("underWay", pair.inbound().held())
                    .addKeyValue("withBus", pair.link().underWay())
                    .log("streams shared with another node");
        }
        if (peer.silentTicks >= silentTicksAllowed && !peer.isElsewhere()) {
            endpoint.lose(peer, "was silent for " + silentTicksAllowed * intervalMillis + " ms");
        } else {
            endpoint.send(peer, new Frame.Ping(census.opened, census.accepted));
        }
    }

    void onPing(RemoteEndpoint peer, Frame.Ping ping) {
        peer.heard = true;
        List<Long> opened = check(peer.address(), ping.opened());
        List<Long> accepted = check(endpoint.address(), ping.accepted());
        endpoint.send(peer, new Frame.Pong(opened, accepted));
    }

    /** @return the streams not known here */
    private List<Long> check(String initiator, List<Frame.Mark> marks) {
        List<Long> unknown = new ArrayList<>();
        for (Frame.Mark mark : marks) {
            BusStream stream = endpoint.stream(new StreamId(initiator, mark.stream()));
            if (stream == null) {
                unknown.add(mark.stream());
            } else {
                stream.check(mark);
            }
        }
        return unknown;
    }

    /** Frames keep their order, so whatever ended a stream at the peer was sent before its pong, and was lost. */
    void onPong(RemoteEndpoint peer, Frame.Pong pong) {
        peer.heard = true;
        pong.opened().forEach(number -> fail(new StreamId(endpoint.address(), number)));
        pong.accepted().forEach(number -> fail(new StreamId(peer.address(), number)));
    }

    private void fail(StreamId id) {
        BusStream stream = endpoint.stream(id);
        if (stream != null) {
            stream.onPeerFailed(ErrorCode.PEER_LOST.exception());
        }
    }
}
