package dev.berth.stream;

import dev.berth.config.StreamConfig;
import dev.berth.error.ErrorCode;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Asks peers with live streams whether they are there, and whether they know the same streams. The second
 * question mends what a lost frame at the end of a stream leaves behind. Ticks only while there are streams:
 * the first tick without any is the last.
 *
 * <p>Counts ticks instead of reading clocks, so that an event loop that was held up does not take its own
 * delay for the silence of others.
 */
final class Liveness {
    private static final long OFF = -1;

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
            for (Peer peer : endpoint.peers()) {
                peer.silentTicks = 0;
            }
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
        if (endpoint.active() == 0) {
            return;
        }
        timer = vertx.setTimer(intervalMillis, id -> tick());
        Map<Peer, Frame.Ping> pings = pings();
        pings.forEach(this::check);
    }

    private void check(Peer peer, Frame.Ping ping) {
        peer.silentTicks = peer.heard ? 0 : peer.silentTicks + 1;
        peer.heard = false;
        if (peer.silentTicks > silentTicksAllowed) {
            peer.silentTicks = 0;
            endpoint.lose(peer, "was silent for " + silentTicksAllowed * intervalMillis + " ms");
        } else {
            endpoint.send(peer, ping);
        }
    }

    /** A ping for each peer with live streams; repeats grants that may have been lost on the way. */
    private Map<Peer, Frame.Ping> pings() {
        Map<Peer, List<Long>> opened = new HashMap<>();
        Map<Peer, List<Long>> accepted = new HashMap<>();
        for (BusStream stream : endpoint.streams()) {
            stream.repeatGrant();
            Map<Peer, List<Long>> side = stream.isInitiator() ? opened : accepted;
            side.computeIfAbsent(stream.peer(), key -> new ArrayList<>())
                    .add(stream.id().number());
        }
        Map<Peer, Frame.Ping> pings = new HashMap<>();
        for (Peer peer : endpoint.peers()) {
            if (peer.streams > 0) {
                pings.put(
                        peer,
                        new Frame.Ping(opened.getOrDefault(peer, List.of()), accepted.getOrDefault(peer, List.of())));
            }
        }
        return pings;
    }

    void onPing(Peer peer, Frame.Ping ping) {
        peer.heard = true;
        List<Long> opened = unknown(peer.address(), ping.opened());
        List<Long> accepted = unknown(endpoint.address(), ping.accepted());
        endpoint.send(peer, new Frame.Pong(opened, accepted));
    }

    private List<Long> unknown(String initiator, List<Long> numbers) {
        List<Long> unknown = new ArrayList<>();
        for (Long number : numbers) {
            if (endpoint.stream(new StreamId(initiator, number)) == null) {
                unknown.add(number);
            }
        }
        return unknown;
    }

    /** Frames keep their order, so whatever ended a stream at the peer was sent before its pong, and was lost. */
    void onPong(Peer peer, Frame.Pong pong) {
        peer.heard = true;
        pong.opened().forEach(number -> fail(new StreamId(endpoint.address(), number)));
        pong.accepted().forEach(number -> fail(new StreamId(peer.address(), number)));
    }

    private void fail(StreamId id) {
        BusStream stream = endpoint.stream(id);
        if (stream != null) {
            stream.onPeerFailed(ErrorCode.PEER_LOST.exception("stream " + id + " is over at the other end"));
        }
    }
}
