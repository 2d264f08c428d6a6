package dev.berth.ingress;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.berth.proto.ClientMsg;
import dev.berth.proto.DataFrame;
import dev.berth.proto.RunnerMsg;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * Body frames to and from their wire form, without the copies a protobuf object takes. Everything else goes
 * through the generated classes.
 */
final class EngageCodec {
    private static final int FRAME_TAG = 0x12; // field 2, in ClientMsg as in RunnerMsg
    private static final int DATA_TAG = 0x0A; // DataFrame, field 1
    private static final int EOF_TAG = 0x10; // DataFrame, field 2
    private static final int PREFIX = 5;
    private static final int MAX_DATA_HEADER = 2 * (1 + 5); // two tags and two lengths
    private static final EngageMessage EMPTY = new EngageMessage.Empty();

    private EngageCodec() {}

    /** Reads a message. Bytes of a body share the payload's memory. */
    static EngageMessage decode(Buffer payload) throws InvalidProtocolBufferException {
        EngageMessage fast = new FrameReader(payload).read();
        if (fast != null) {
            return fast;
        }
        ClientMsg message = ClientMsg.parseFrom(payload.getBytes());
        return switch (message.getBodyCase()) {
            case TRY -> new EngageMessage.Try(message.getTry());
            case DATA -> {
                DataFrame frame = message.getData();
                yield new EngageMessage.Data(Buffer.buffer(frame.getData().toByteArray()), frame.getEof());
            }
            case BODY_NOT_SET -> EMPTY;
        };
    }

    /** Adds a message with its gRPC prefix. */
    static void append(Buffer to, RunnerMsg message) {
        byte[] bytes = message.toByteArray();
        appendPrefix(to, bytes.length);
        to.appendBytes(bytes);
    }

    /** What stands before so many bytes of a body in a RunnerMsg with its gRPC prefix. */
    static Buffer dataHead(int length) {
        Buffer head = Buffer.buffer(PREFIX + MAX_DATA_HEADER);
        appendDataHead(head, length);
        return head;
    }

    /** Adds a RunnerMsg with the bytes from {@code start} to {@code end}, with its gRPC prefix. */
    static void appendData(Buffer to, Buffer bytes, int start, int end) {
        appendDataHead(to, end - start);
        to.appendBuffer(bytes, start, end - start);
    }

    private static void appendDataHead(Buffer to, int length) {
        int frameLength = length == 0 ? 0 : 1 + varintLength(length) + length;
        appendPrefix(to, 1 + varintLength(frameLength) + frameLength);
        to.appendByte((byte) FRAME_TAG);
        appendVarint(to, frameLength);
        if (length > 0) {
            to.appendByte((byte) DATA_TAG);
            appendVarint(to, length);
        }
    }

    private static void appendPrefix(Buffer to, int length) {
        to.appendByte((byte) 0).appendInt(length);
    }

    private static int varintLength(int value) {
        int length = 1;
        for (int rest = value >>> 7; rest != 0; rest >>>= 7) {
            length++;
        }
        return length;
    }

    private static void appendVarint(Buffer to, int value) {
        int rest = value;
        while ((rest & ~0x7F) != 0) {
            to.appendByte((byte) ((rest & 0x7F) | 0x80));
            rest >>>= 7;
        }
        to.appendByte((byte) rest);
    }

    /** Reads a message that is one plain data frame and nothing else. */
    private static final class FrameReader {
        private final Buffer message;
        private int at;

        FrameReader(Buffer message) {
            this.message = message;
        }

        /** The frame; null if the message is anything more, or broken: the generated classes then say. */
        EngageMessage.@Nullable Data read() {
            if (message.length() < 2 || message.getByte(0) != FRAME_TAG) {
                return null;
            }
            at = 1;
            if (varint() != message.length() - at) {
                return null;
            }
            int start = at;
            int end = at;
            long eof = 0;
            if (at < message.length() && message.getByte(at) == DATA_TAG) {
                at++;
                long length = varint();
                if (length < 0 || length > message.length() - at) {
                    return null;
                }
                start = at;
                end = at + (int) length;
                at = end;
            }
            if (at < message.length() && message.getByte(at) == EOF_TAG) {
                at++;
                eof = varint();
            }
            boolean whole = at == message.length() && (eof == 0 || eof == 1);
            return whole ? new EngageMessage.Data(message.slice(start, end), eof == 1) : null;
        }

        /** A number of at most 31 bits; -1 for anything else. */
        private long varint() {
            long value = 0;
            for (int shift = 0; shift < 35 && at < message.length(); shift += 7) {
                byte b = message.getByte(at++);
                value |= (long) (b & 0x7F) << shift;
                if (b >= 0) {
                    return value <= Integer.MAX_VALUE ? value : -1;
                }
            }
            return -1;
        }
    }
}
