package dev.berth.bus;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Takes the messages of one codec out of what another node sends over the bus, before the library reads it, which copies
 * each byte of a large message five or six times; here it is copied once. All other messages pass it by unchanged and in
 * their order, and so do those of the codec that nobody takes here, too large ones, and whatever is no message at all: what
 * becomes of these is the library's to say.
 *
 * <pre>
 * HEAD ──a message of the codec──▶ MESSAGE ──all of it is there──▶ HEAD
 *   └────any other──▶ OTHER ──all of it has passed──▶ HEAD
 * </pre>
 *
 * A message is its length in four bytes, version and codec of the library's, the codec's name, whether it is sent or
 * published, address, address for answers, sender, headers, and the body in the codec's form; texts stand after their
 * length in four bytes. One for each connection, confined to its event loop.
 */
public final class WireIntake extends ChannelInboundHandlerAdapter {
    /** Longer ones are rare, and are not to be made room for on a stranger's word. */
    private static final int LARGEST = 256 << 10;

    private static final byte VERSION = 2;
    /** The codec has a name. */
    private static final byte NAMED = -1;

    private static final byte SENT = 0;
    /** The headers' length counts itself. */
    private static final int NO_HEADERS = Integer.BYTES;

    /** Gets the messages. */
    public interface Taker {
        /**
         * On the connection's event loop.
         *
         * @param message is the taker's own
         * @param body where the body begins, which goes to the message's end
         * @return whether it is taken; if not, the library gets it
         */
        boolean take(String address, Buffer message, int body);
    }

    private enum State {
        HEAD,
        MESSAGE,
        OTHER
    }

    private final Taker taker;
    /** What a message of the codec begins with after its length. */
    private final byte[] mark;

    private final byte[] head;
    private int headRead;
    private State state = State.HEAD;
    private Buffer message = Buffer.buffer();
    private int length;
    private int read;
    /** What has yet to pass of a message that is another's. */
    private long otherLeft;

    public WireIntake(String codec, Taker taker) {
        byte[] name = codec.getBytes(StandardCharsets.UTF_8);
        this.taker = taker;
        this.mark = Buffer.buffer()
                .appendByte(VERSION)
                .appendByte(NAMED)
                .appendInt(name.length)
                .appendBytes(name)
                .getBytes();
        this.head = new byte[Integer.BYTES + mark.length];
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object received) {
        if (!(received instanceof ByteBuf bytes)) {
            context.fireChannelRead(received);
            return;
        }
        try {
            while (bytes.isReadable()) {
                switch (state) {
                    case HEAD -> readHead(context, bytes);
                    case MESSAGE -> readMessage(context, bytes);
                    case OTHER -> pass(context, bytes);
                }
            }
        } finally {
            bytes.release();
        }
    }

    private void readHead(ChannelHandlerContext context, ByteBuf bytes) {
        int wanted = headRead < Integer.BYTES ? Integer.BYTES : head.length;
        int count = Math.min(wanted - headRead, bytes.readableBytes());
        bytes.readBytes(head, headRead, count);
        headRead += count;
        if (headRead < wanted) {
            return;
        }
        length = Buffer.buffer(head).getInt(0);
        boolean ours = length >= mark.length && length <= LARGEST;
        if (headRead == head.length && ours && isMarked()) {
            message = Buffer.buffer(length).appendBytes(mark);
            read = mark.length;
            next(State.MESSAGE);
        } else if (headRead == head.length || !ours) {
            // A length that is none ends the connection, whatever follows.
            otherLeft = length < 0 ? Long.MAX_VALUE : (long) Integer.BYTES + length - headRead;
            context.fireChannelRead(Unpooled.copiedBuffer(head, 0, headRead));
            next(otherLeft == 0 ? State.HEAD : State.OTHER);
        }
    }

    private boolean isMarked() {
        return Arrays.equals(head, Integer.BYTES, head.length, mark, 0, mark.length);
    }

    private void next(State next) {
        state = next;
        headRead = 0;
    }

    private void pass(ChannelHandlerContext context, ByteBuf bytes) {
        int count = (int) Math.min(otherLeft, bytes.readableBytes());
        otherLeft -= count;
        if (otherLeft == 0) {
            next(State.HEAD);
        }
        context.fireChannelRead(bytes.readRetainedSlice(count));
    }

    private void readMessage(ChannelHandlerContext context, ByteBuf bytes) {
        int count = Math.min(length - read, bytes.readableBytes());
        message.setBytes(read, bytes.nioBuffer(bytes.readerIndex(), count));
        bytes.skipBytes(count);
        read += count;
        if (read == length) {
            Buffer whole = message;
            message = Buffer.buffer();
            next(State.HEAD);
            if (!taken(whole)) {
                context.fireChannelRead(
                        Unpooled.buffer(Integer.BYTES + length).writeInt(length).writeBytes(whole.getBytes()));
            }
        }
    }

    private boolean taken(Buffer whole) {
        Envelope envelope = new Envelope(whole, mark.length);
        boolean sent = envelope.octet() == SENT;
        String address = envelope.text();
        String answers = envelope.text();
        String sender = envelope.text();
        boolean plain = envelope.number() == NO_HEADERS;
        return sent
                && plain
                && address != null
                && sender != null
                && "".equals(answers)
                && taker.take(address, whole, envelope.position);
    }

    /** What stands around the body. Once something is missing, so is all after it. */
    private static final class Envelope {
        private final Buffer bytes;
        private int position;
        private boolean broken;

        Envelope(Buffer bytes, int position) {
            this.bytes = bytes;
            this.position = position;
        }

        int octet() {
            return has(1) ? bytes.getByte(position++) : -1;
        }

        int number() {
            if (!has(Integer.BYTES)) {
                return -1;
            }
            position += Integer.BYTES;
            return bytes.getInt(position - Integer.BYTES);
        }

        @Nullable
        String text() {
            int size = number();
            if (!has(size)) {
                return null;
            }
            position += size;
            return bytes.getString(position - size, position);
        }

        private boolean has(int size) {
            broken |= size < 0 || size > bytes.length() - position;
            return !broken;
        }
    }
}
