package dev.berth.bench;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.berth.proto.ClientMsg;
import dev.berth.proto.DataFrame;
import dev.berth.proto.RunnerMsg;
import dev.berth.proto.TryCall;
import io.vertx.core.buffer.Buffer;
import io.vertx.grpc.common.GrpcMessage;
import io.vertx.grpc.common.WireFormat;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The messages of calls of one kind as bytes: encoded once, with only the call's id put in for each call. So the
 * client spends as little as it can, and what is measured is the runner.
 */
final class EngageWire {
    private static final String ID_HERE = "X".repeat(CallIds.LENGTH);
    private static final int DATA_TAG = 0x12;
    private static final int DATA_BYTES_TAG = 0x0a;

    private final byte[] tryCall;
    private final int idAt;
    private final List<GrpcMessage> body = new ArrayList<>();

    EngageWire(CallSpec spec, Payload payload) {
        tryCall = ClientMsg.newBuilder()
                .setTry(TryCall.newBuilder()
                        .setModelsCallJson(spec.document(ID_HERE))
                        .setSlotHashId(ByteString.copyFrom(spec.slotHash())))
                .build()
                .toByteArray();
        idAt = new String(tryCall, StandardCharsets.ISO_8859_1).indexOf(ID_HERE);
        for (Buffer piece : payload.pieces()) {
            body.add(message(data(piece, false)));
        }
        body.add(message(data(Buffer.buffer(), true)));
    }

    private static byte[] data(Buffer piece, boolean eof) {
        return ClientMsg.newBuilder()
                .setData(DataFrame.newBuilder()
                        .setData(ByteString.copyFrom(piece.getBytes()))
                        .setEof(eof))
                .build()
                .toByteArray();
    }

    GrpcMessage tryCall(String callId) {
        byte[] bytes = tryCall.clone();
        for (int i = 0; i < CallIds.LENGTH; i++) {
            bytes[idAt + i] = (byte) callId.charAt(i);
        }
        return message(bytes);
    }

    /** The body's frames, then an empty one that ends it, as a load balancer sends them. */
    List<GrpcMessage> body() {
        return body;
    }

    static GrpcMessage message(byte[] bytes) {
        return GrpcMessage.message("identity", WireFormat.PROTOBUF, Buffer.buffer(bytes));
    }

    /** Whether a runner's message is a piece of the body, in the plain form that takeData understands. */
    static boolean isData(Buffer message) {
        return message.length() > 0 && message.getByte(0) == DATA_TAG;
    }

    /** Takes the bytes out of a data message without copying the message. */
    static void takeData(Buffer message, Expected.Reading reading) {
        int at = skipVarint(message, 1);
        if (at == message.length()) {
            return;
        }
        if (message.getByte(at) != DATA_BYTES_TAG) {
            throw new IllegalArgumentException("data frame without data");
        }
        int start = skipVarint(message, at + 1);
        int length = varint(message, at + 1);
        reading.take(message, start, start + length);
    }

    static RunnerMsg parse(Buffer message) throws InvalidProtocolBufferException {
        return RunnerMsg.parseFrom(message.getBytes());
    }

    private static int skipVarint(Buffer message, int at) {
        int end = at;
        while (message.getByte(end) < 0) {
            end++;
        }
        return end + 1;
    }

    private static int varint(Buffer message, int at) {
        int value = 0;
        for (int i = at, shift = 0; ; i++, shift += 7) {
            byte part = message.getByte(i);
            value |= (part & 0x7f) << shift;
            if (part >= 0) {
                return value;
            }
        }
    }
}
