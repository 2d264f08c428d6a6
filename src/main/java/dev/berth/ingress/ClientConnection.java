package dev.berth.ingress;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2LocalFlowController;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a client may do to its HTTP/2 connection, and what its streams hold: below the server's own view, which has no
 * part of this. Confined to the connection's event loop.
 */
public final class ClientConnection extends Http2ConnectionAdapter {
    /** Names, values and 32 bytes for each pair, as HTTP/2 counts. */
    public static final int MAX_METADATA_BYTES = 64 * 1024;
    /** Streams that were reset before they had ended, in one period. */
    static final int MAX_RESETS = 10_000;
    /** Empty frames in a row. */
    static final int MAX_EMPTY_FRAMES = 1000;

    private static final int MODEST = 16;
    /** Questions that a connection may have open at once where memory is short. */
    private static final int MAX_QUESTIONS = 64;

    private static final long TAKE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long RESET_PERIOD = TimeUnit.SECONDS.toNanos(10);
    private static final int PAIR_BYTES = 32;
    /** What a pair costs on the heap besides its characters. */
    private static final int PAIR_HEAP_BYTES = 192;

    private final Http2ConnectionHandler handler;
    private final ChannelHandlerContext context;
    private final Http2Connection connection;
    private final Http2LocalFlowController windows;
    private final ClientStreams streams;
    private final Http2Connection.PropertyKey leaseKey;
    private final Http2Connection.PropertyKey metadataKey;
    private final Http2Connection.PropertyKey endedKey;
    private final Http2Connection.PropertyKey answeredKey;
    private int opening;
    private int untaken;
    private int questions;
    private int oversizedStream;
    private int emptyFrames;
    private int resets;
    private long periodStart = System.nanoTime();

    private ClientConnection(Http2ConnectionHandler handler, ChannelHandlerContext context, ClientStreams streams) {
        this.handler = handler;
        this.context = context;
        this.connection = handler.connection();
        this.windows = handler.decoder().flowController();
        this.streams = streams;
        this.leaseKey = connection.newKey();
        this.metadataKey = connection.newKey();
        this.endedKey = connection.newKey();
        this.answeredKey = connection.newKey();
    }

    /** Takes over a connection that has just begun to speak HTTP/2; null if it speaks something else. */
    public static @Nullable ClientConnection of(Channel channel, ClientStreams streams) {
        Http2ConnectionHandler handler = channel.pipeline().get(Http2ConnectionHandler.class);
        ChannelHandlerContext context =
                handler == null ? null : channel.pipeline().context(handler);
        if (handler == null || context == null || handler.connection().numActiveStreams() > 0) {
            return null;
        }
        handler.setCumulator(new JoinedReads());
        ClientConnection connection = new ClientConnection(handler, context, streams);
        handler.connection().addListener(connection);
        handler.decoder().frameListener(connection.new Frames(handler.decoder().frameListener()));
        MalformedStreams malformed = new MalformedStreams(handler.connection(), connection::countReset);
        channel.pipeline()
                .addBefore(context.name(), null, malformed)
                .addBefore(context.name(), null, new WholeFrames());
        return connection;
    }

    /** Whether the stream whose request is being handled came with more metadata than is allowed. */
    public boolean isOversized(int id) {
        return oversizedStream == id;
    }

    /** A stream waits for its call. */
    void opening() {
        opening++;
    }

    /** One of the streams that waited for their calls does so no more. */
    void opened() {
        opening--;
    }

    /** The answer of a stream has ended and waits for the client to take it. */
    void awaitTaking() {
        untaken++;
    }

    /** One of the answers that waited does so no more. */
    void taken() {
        untaken--;
    }

    /**
     * Whether few of its streams wait for their calls, or for it to take their answers: it is not to suffer from those
     * that have many.
     */
    boolean isModest() {
        return opening + untaken < MODEST;
    }

    /** Takes memory for a stream for as long as it is open. Whether there is any. */
    public boolean hold(int id, long bytes) {
        return hold(id, bytes, streams.budget().lease());
    }

    /** The same for a question that is answered at once: some memory is kept for these. */
    public boolean holdForQuestion(int id, long bytes) {
        NodeBudget.Lease lease = streams.budget().lease();
        lease.question();
        boolean tooMany = questions >= MAX_QUESTIONS && streams.budget().isHalfTaken();
        if (tooMany || !hold(id, bytes, lease)) {
            return false;
        }
        questions++;
        return true;
    }

    /** A request has its answer; from now on its client has ten seconds to take that. */
    public void answered(int id) {
        Http2Stream stream = connection.stream(id);
        if (stream != null) {
            stream.setProperty(answeredKey, System.nanoTime());
        }
    }

    private boolean hold(int id, long bytes, NodeBudget.Lease lease) {
        Http2Stream stream = connection.stream(id);
        if (stream == null || !lease.hold(bytes)) {
            return false;
        }
        stream.setProperty(leaseKey, lease);
        return true;
    }

    /** Whether the client's windows and its connection take what is written on a stream now. */
    boolean isWritable(int id) {
        Http2Stream stream = connection.stream(id);
        return stream != null && connection.remote().flowController().isWritable(stream);
    }

    /** Sets a stream's window; 0: it is not credited until it is set again. */
    void window(int id, int bytes) {
        Http2Stream stream = connection.stream(id);
        if (stream != null && stream.state().remoteSideOpen()) {
            try {
                windows.incrementWindowSize(stream, bytes - windows.initialWindowSize(stream));
                context.flush();
            } catch (Http2Exception failure) {
                handler.onError(context, true, failure);
            }
        }
    }

    /**
     * Ends a stream that is answered, whatever its client has still to say; now if the answer is out, else by a sweep
     * once it is.
     */
    public void reset(int id) {
        Http2Stream stream = connection.stream(id);
        if (stream != null && stream.state() == Http2Stream.State.HALF_CLOSED_LOCAL) {
            reset(id, Http2Error.NO_ERROR);
        }
    }

    private void reset(int id, Http2Error error) {
        Http2Stream stream = connection.stream(id);
        if (stream != null && stream.state() != Http2Stream.State.CLOSED) {
            stream.setProperty(endedKey, true);
            handler.resetStream(context, id, error.code(), context.newPromise())
                    .addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
            context.flush();
        }
    }

    /**
     * Ends the streams that were answered before the last sweep and whose client keeps its side open, and those whose
     * client does not take their answer.
     */
    void sweep() {
        long now = System.nanoTime();
        try {
            connection.forEachActiveStream(stream -> {
                Long answered = stream.getProperty(answeredKey);
                if (answered != null && now - answered > TAKE_NANOS) {
                    reset(stream.id(), Http2Error.CANCEL);
                } else if (stream.state() == Http2Stream.State.HALF_CLOSED_LOCAL) {
                    if (stream.getProperty(endedKey) == null) {
                        stream.setProperty(endedKey, true);
                    } else {
                        reset(stream.id());
                    }
                }
                return true;
            });
        } catch (Http2Exception failure) {
            handler.onError(context, true, failure);
        }
    }

    @Override
    public void onStreamActive(Http2Stream stream) {
        streams.opened();
    }

    @Override
    public void onStreamClosed(Http2Stream stream) {
        streams.closed();
        NodeBudget.Lease held = stream.getProperty(leaseKey);
        if (held != null && held.isForQuestion()) {
            questions--;
        }
        giveBack(stream, leaseKey);
        giveBack(stream, metadataKey);
        boolean ended = stream.isTrailersSent() || stream.getProperty(endedKey) != null;
        if (stream.isResetSent() && !ended) {
            countReset();
        }
    }

    private void countReset() {
        if (tooManyResets()) {
            context.executor().execute(() -> handler.onError(context, true, flood("resets")));
        }
    }

    private static void giveBack(Http2Stream stream, Http2Connection.PropertyKey key) {
        NodeBudget.Lease lease = stream.getProperty(key);
        if (lease != null) {
            lease.giveBack();
        }
    }

    private boolean tooManyResets() {
        long now = System.nanoTime();
        if (now - periodStart > RESET_PERIOD) {
            periodStart = now;
            resets = 0;
        }
        return ++resets > MAX_RESETS;
    }

    private static Http2Exception flood(String what) {
        return Http2Exception.connectionError(Http2Error.ENHANCE_YOUR_CALM, "too many " + what);
    }

    /** Sees frames before the server does. */
    private final class Frames extends Http2FrameListenerDecorator {
        Frames(Http2FrameListener server) {
            super(server);
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext ctx, int id, Http2Headers headers, int padding, boolean endOfStream)
                throws Http2Exception {
            if (enters(id, headers)) {
                super.onHeadersRead(ctx, id, headers, padding, endOfStream);
            }
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext ctx,
                int id,
                Http2Headers headers,
                int dependency,
                short weight,
                boolean exclusive,
                int padding,
                boolean endOfStream)
                throws Http2Exception {
            if (enters(id, headers)) {
                super.onHeadersRead(ctx, id, headers, dependency, weight, exclusive, padding, endOfStream);
            }
        }

        /** Whether the server is to see these headers; it would keep them, and make too much of each of a flood. */
        private boolean enters(int id, Http2Headers headers) {
            boolean flood = headers.method() != null && streams.flooded() && !isModest();
            if (flood || !hold(id, headers)) {
                reset(id, Http2Error.REFUSED_STREAM);
                return false;
            }
            return true;
        }

        /** Takes memory for metadata that is more than a few lines, for as long as its stream is open. */
        private boolean hold(int id, Http2Headers headers) {
            long characters = 0;
            for (Map.Entry<CharSequence, CharSequence> header : headers) {
                characters += header.getKey().length() + header.getValue().length();
            }
            if (characters + (long) PAIR_BYTES * headers.size() > MAX_METADATA_BYTES) {
                oversizedStream = id;
            }
            long heap = characters + (long) PAIR_HEAP_BYTES * headers.size();
            Http2Stream stream = connection.stream(id);
            if (heap < NodeBudget.UNIT || stream == null) {
                return true;
            }
            if (stream.getProperty(metadataKey) != null) {
                return false;
            }
            NodeBudget.Lease lease = streams.budget().lease();
            stream.setProperty(metadataKey, lease);
            return lease.hold(heap);
        }

        @Override
        public int onDataRead(ChannelHandlerContext ctx, int id, ByteBuf data, int padding, boolean endOfStream)
                throws Http2Exception {
            if (data.isReadable() || endOfStream) {
                emptyFrames = 0;
            } else if (++emptyFrames > MAX_EMPTY_FRAMES) {
                throw flood("empty frames");
            } else {
                // The library's own guard ends a connection at the third; it counts anew with each listener.
                handler.decoder().frameListener(this);
            }
            return super.onDataRead(ctx, id, data, padding, endOfStream);
        }

        @Override
        public void onRstStreamRead(ChannelHandlerContext ctx, int id, long errorCode) throws Http2Exception {
            Http2Stream stream = connection.stream(id);
            if (stream != null && stream.state().localSideOpen() && tooManyResets()) {
                throw flood("resets");
            }
            super.onRstStreamRead(ctx, id, errorCode);
        }
    }
}
