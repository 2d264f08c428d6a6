package dev.berth.stream;

import dev.berth.bus.Addresses;
import dev.berth.bus.MalformedMessageException;
import dev.berth.bus.WireIntake;
import io.netty.channel.ChannelHandler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBus;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/**
 * The short way of frames that come from other nodes to their endpoints here: past the library's reader of the bus, see
 * {@link WireIntake}. What it does not take goes the long way, with the same outcome. One for a node; any thread.
 */
public final class FrameIntake {
    private final FrameCodec codec = new FrameCodec(Clock.systemUTC());
    private volatile @Nullable EventBus bus;

    /** For one more connection that another node has made to the bus of this one. */
    public ChannelHandler connection() {
        return new WireIntake(FrameCodec.NAME, this::take);
    }

    /** From now on frames are taken. */
    public void open(Vertx vertx) {
        FrameCodec.register(vertx);
        bus = vertx.eventBus();
    }

    private boolean take(String address, Buffer message, int body) {
        EventBus open = bus;
        if (open == null || !Addresses.isFrames(address)) {
            return false;
        }
        Envelope envelope;
        try {
            envelope = codec.decodeFromWire(body, message);
        } catch (MalformedMessageException garbage) {
            return false;
        }
        open.send(address, envelope, RemoteEndpoint.options(true));
        return true;
    }
}
