package dev.berth.stream;

import dev.berth.bus.Addresses;
import dev.berth.bus.Inbox;
import dev.berth.config.StreamConfig;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.net.ConnectException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A verticle instance's end of all its frame streams: one bus address, one consumer, which is never paused.
 *
 * <p>Confined to the event loop it was bound on; calls from other threads throw IllegalStateException. Close it
 * before its verticle ends: streams of an endpoint that just disappears fail at their peers only.
 * Memory is bounded by streams × (window inbound + four windows outbound); what comes from another node is bounded
 * for all streams between the two nodes too, see {@link NodePair}. A peer that is silent for
 * {@code pingTimeout} while it shares a live stream fails all its streams with PEER_LOST, at most two ping
 * intervals later; one whose address has no consumer fails them at once. A stream that was never taken fails with
 * UNDELIVERED.
 */
public final class StreamEndpoint {
    private static final Logger LOG = LoggerFactory.getLogger(StreamEndpoint.class);
    private static final long NO_STREAM = 0;

    private final Vertx vertx;
    private final Context context;
    private final Thread thread;
    private final String address;
    private final StreamConfig config;
    private final Map<StreamId, BusStream> streams = new HashMap<>();
    private final Map<String, RemoteEndpoint> peers = new HashMap<>();
    private final NodePairs pairs;
    private final StreamStalls stalls;
    private final StreamId self;
    private final Liveness liveness;
    private final Inbox<Envelope> inbox;
    private long lastNumber;
    private long unknownFrames;
    private boolean closed;
    private @Nullable Handler<FrameStream> acceptor;

    private StreamEndpoint(Vertx vertx, Context context, String address, StreamConfig config) {
        this.vertx = vertx;
        this.context = context;
        this.thread = Thread.currentThread();
        this.address = Addresses.frames(address);
        this.config = config;
        this.pairs = NodePairs.of(vertx);
        this.stalls = StreamStalls.of(vertx);
        this.self = new StreamId(this.address, NO_STREAM);
        // Larger than any number of streams a process opens in a millisecond of its life.
        this.lastNumber = System.currentTimeMillis() << 20;
        this.liveness = new Liveness(this, vertx, config);
        this.inbox =
                Inbox.open(vertx.eventBus(), this.address, Envelope.class, (envelope, message) -> onEnvelope(envelope));
    }

    /**
     * Makes an endpoint on the current context, which must be an event loop's.
     *
     * @param address the verticle's own address; frames arrive at {@link Addresses#frames}
     */
    public static Future<StreamEndpoint> bind(Vertx vertx, String address, StreamConfig config) {
        FrameCodec.register(vertx);
        Context context = vertx.getOrCreateContext();
        if (!context.isEventLoopContext()) {
            return Future.failedFuture(new IllegalStateException("frame streams need an event loop"));
        }
        Promise<StreamEndpoint> bound = Promise.promise();
        context.runOnContext(nothing -> {
            StreamEndpoint endpoint = new StreamEndpoint(vertx, context, address, config);
            endpoint.inbox.ready().map(endpoint).onComplete(bound);
        });
        return bound.future();
    }

    /**
     * Opens a stream. Data may be written at once.
     *
     * @param peerFramesAddress frames address of the endpoint that is to accept it; not this one's own
     * @param payload what the acceptor sees as {@link FrameStream#openPayload}
     * @param peerWindow bytes the peer takes before its first grant
     */
    public FrameStream open(String peerFramesAddress, Object payload, long peerWindow) {
        checkThread();
        if (peerFramesAddress.equals(address) || peerWindow < 0) {
            throw new IllegalArgumentException("open to " + peerFramesAddress + " with a window of " + peerWindow);
        }
        RemoteEndpoint peer = peer(peerFramesAddress);
        StreamId id = new StreamId(address, ++lastNumber);
        Windows windows = Windows.opened(config, peer.pair(), peerWindow);
        Frame.Open open = new Frame.Open(windows.inbound().granted(), windows.credit(), payload);
        BusStream stream = new BusStream(this, peer, id, true, open, windows);
        if (closed) {
            later(nothing -> stream.fail(ErrorCode.PEER_LOST.exception()));
            return stream;
        }
        add(stream);
        peer.send(id, open);
        return stream;
    }

    /** Takes streams opened by others. It sets the stream's handlers before it returns. */
    public StreamEndpoint acceptor(@Nullable Handler<FrameStream> handler) {
        acceptor = handler;
        return this;
    }

    /** Ends every stream with PEER_LOST, here and at the peers, and takes no more. Idempotent. */
    public Future<Void> close() {
        checkThread();
        if (!closed) {
            closed = true;
            RunnerException why = ErrorCode.PEER_LOST.exception();
            List.copyOf(streams.values()).forEach(stream -> stream.breakOff(why));
            liveness.stop();
        }
        return inbox.close().onComplete(done -> forget(peers.values()));
    }

    /** A node is lost: every stream shared with it ends with PEER_LOST, here at once. Silence alone does not end them. */
    public void peerLost(String incarnation) {
        checkThread();
        List.copyOf(peers.values()).stream()
                .filter(peer -> incarnation.equals(Addresses.incarnation(peer.address())))
                .forEach(peer -> lose(peer, "is lost with its node"));
    }

    /** Live streams. For metrics and tests. */
    public int active() {
        return streams.size();
    }

    /** Frames refused because their stream is over or was never known here. For metrics and tests. */
    public long unknownFrames() {
        return unknownFrames;
    }

    /** Whether the ping timer runs. For tests. */
    boolean pinging() {
        return liveness.running();
    }

    private void onEnvelope(Envelope envelope) {
        for (Envelope.Packet packet : envelope.packets()) {
            onPacket(envelope.from(), packet.stream(), packet.frame());
        }
    }

    private void onPacket(String from, StreamId id, Frame frame) {
        BusStream stream = streams.get(id);
        if (stream == null) {
            onFrameWithoutStream(from, id, frame);
            return;
        }
        stream.peer().heard = true;
        try {
            if (frame instanceof Frame.Open) {
                stream.breakOff("opened twice");
            } else {
                stream.onFrame(frame);
            }
        } catch (RuntimeException e) {
            handlerFailed(stream, e);
        }
    }

    private void onFrameWithoutStream(String from, StreamId id, Frame frame) {
        if (frame instanceof Frame.Open open) {
            accept(from, id, open);
        } else if (frame instanceof Frame.Ping ping) {
            liveness.onPing(peer(from), ping);
        } else if (frame instanceof Frame.Pong pong) {
            liveness.onPong(peer(from), pong);
        } else if (frame instanceof Frame.Malformed malformed) {
            unknownFrames++;
            String why = "stream " + id + ": a frame cannot be read: " + malformed.reason();
            peer(from).send(id, new Frame.Cancel(ErrorCode.STREAM_BROKEN.hiding(why)));
        } else {
            // A cancel is not answered, or two ends could go on for ever; a grant asks for nothing.
            if (frame instanceof Frame.Ordered) {
                unknownFrames++;
                refuse(from, id, id.initiator().equals(address) ? ErrorCode.CANCELLED : ErrorCode.PEER_LOST);
            }
        }
    }

    private void accept(String from, StreamId id, Frame.Open open) {
        Handler<FrameStream> handler = acceptor;
        if (handler == null || closed) {
            refuse(from, id, ErrorCode.UNDELIVERED);
            return;
        }
        RemoteEndpoint peer = peer(from);
        peer.heard = true;
        Windows windows = Windows.accepted(config, peer.pair(), open);
        BusStream stream = new BusStream(this, peer, id, false, open, windows);
        add(stream);
        if (windows.inbound().assumedTooLittle()) {
            stream.repeatGrant();
        }
        try {
            handler.handle(stream);
        } catch (RuntimeException e) {
            handlerFailed(stream, e);
        }
    }

    private void refuse(String from, StreamId id, ErrorCode code) {
        RunnerException why = code.hiding("stream " + id + " is not known at " + address);
        peer(from).send(id, new Frame.Cancel(why));
    }

    private void add(BusStream stream) {
        streams.put(stream.id(), stream);
        stream.peer().join();
        liveness.start();
    }

    /** The stream lives on here, to deliver what has arrived. */
    void peerLeft(BusStream stream) {
        stream.peer().streams--;
    }

    void remove(BusStream stream) {
        if (streams.remove(stream.id(), stream) && !stream.finishArrived()) {
            stream.peer().streams--;
        }
    }

    void handlerFailed(BusStream stream, RuntimeException failure) {
        LOG.atError().addKeyValue("streamId", stream.id()).setCause(failure).log("a handler of a stream failed");
        stream.breakOff(ErrorCode.INTERNAL.hiding("stream " + stream.id() + ": " + failure));
    }

    /** Fails every stream shared with a peer, and tells it, in case it is there after all. */
    void lose(RemoteEndpoint peer, String how) {
        lose(peer, how, Set.of());
    }

    /** @param unheard those of which the peer has certainly not heard */
    private void lose(RemoteEndpoint peer, String how, Set<BusStream> unheard) {
        if (peer.streams == 0) {
            return;
        }
        LOG.atWarn()
                .addKeyValue("peer", peer.address())
                .addKeyValue("streams", peer.streams)
                .log(how);
        // What callers are told does not name addresses of the bus.
        RunnerException why = ErrorCode.PEER_LOST.exception();
        for (BusStream stream : List.copyOf(streams.values())) {
            if (stream.peer() == peer && !stream.finishArrived()) {
                stream.breakOff(unheard.contains(stream) ? ErrorCode.UNDELIVERED.exception() : why);
            }
        }
    }

    /** Frames of streams that have ended meanwhile say nothing about the streams opened since. */
    void onUnreachable(RemoteEndpoint peer, List<Envelope.Packet> packets, Throwable failure) {
        later(nothing -> {
            if (peer.isElsewhere()) {
                packets.forEach(packet -> lost(packet, failure));
                return;
            }
            boolean concerned = false;
            Set<BusStream> unheard = new HashSet<>();
            for (Envelope.Packet packet : packets) {
                BusStream stream = streams.get(packet.stream());
                concerned |= packet.stream().equals(self) || stream != null;
                if (stream != null && packet.frame() instanceof Frame.Open && nobodyWasThere(failure)) {
                    unheard.add(stream);
                }
            }
            if (concerned) {
                lose(peer, "cannot be reached: " + failure.getMessage(), unheard);
            }
        });
    }

    /**
     * Of another node only the streams whose frames these were have certainly lost something: each message there fails
     * for itself, and the next may find the way. Whether the node is lost is not said here. A grant is no loss: it is
     * said again, and a node that has ended its calls and gone needs none, while their last frames may be on their way.
     */
    private void lost(Envelope.Packet packet, Throwable failure) {
        BusStream stream = streams.get(packet.stream());
        if (stream != null && !stream.finishArrived() && !(packet.frame() instanceof Frame.Grant)) {
            boolean unheard = packet.frame() instanceof Frame.Open && nobodyWasThere(failure);
            LOG.atDebug()
                    .addKeyValue("peer", stream.peer().address())
                    .addKeyValue("streamId", stream.id())
                    .addKeyValue("reason", failure.getMessage())
                    .log("a frame has not arrived");
            stream.breakOff((unheard ? ErrorCode.UNDELIVERED : ErrorCode.PEER_LOST).exception());
        }
    }

    /** The bus knows that it has handed the message to nobody; of other failures that is not certain. */
    private static boolean nobodyWasThere(Throwable failure) {
        return failure instanceof ConnectException
                || (failure instanceof ReplyException reply && reply.failureType() == ReplyFailure.NO_HANDLERS);
    }

    /** The bus took offence at the frame itself. */
    void onUnsendable(StreamId id, RuntimeException failure) {
        LOG.atError().addKeyValue("streamId", id).setCause(failure).log("a frame cannot be sent");
        later(nothing -> {
            BusStream stream = streams.get(id);
            if (stream != null) {
                stream.breakOff(ErrorCode.INTERNAL.hiding("stream " + id + ": " + failure));
            }
        });
    }

    void send(RemoteEndpoint peer, Frame frame) {
        peer.send(self, frame);
    }

    RemoteEndpoint peer(String peerAddress) {
        RemoteEndpoint known = peers.get(peerAddress);
        if (known != null) {
            return known;
        }
        boolean here = Addresses.sameNode(address, peerAddress);
        if (closed) {
            // Whoever is told no more than that has nothing to share, and nobody would forget it.
            return new RemoteEndpoint(this, vertx, peerAddress, here ? null : new NodePair());
        }
        RemoteEndpoint peer =
                new RemoteEndpoint(this, vertx, peerAddress, here ? null : pairs.acquire(address, peerAddress));
        peers.put(peerAddress, peer);
        return peer;
    }

    @Nullable
    BusStream stream(StreamId id) {
        return streams.get(id);
    }

    Collection<BusStream> streams() {
        return streams.values();
    }

    void forgetIdlePeers() {
        forget(peers.values().stream().filter(RemoteEndpoint::idle).toList());
    }

    private void forget(Collection<RemoteEndpoint> forgotten) {
        for (RemoteEndpoint peer : List.copyOf(forgotten)) {
            peers.remove(peer.address());
            if (peer.isElsewhere()) {
                pairs.release(address, peer.address());
            }
        }
    }

    String address() {
        return address;
    }

    StreamStalls stalls() {
        return stalls;
    }

    StreamConfig config() {
        return config;
    }

    void later(Handler<Void> task) {
        context.runOnContext(task);
    }

    void checkThread() {
        if (Thread.currentThread() != thread) {
            throw new IllegalStateException("stream endpoint " + address + " belongs to " + thread.getName()
                    + ", called from " + Thread.currentThread().getName());
        }
    }
}
