package dev.berth.ingress;

import com.google.protobuf.ByteString;
import dev.berth.fuzz.CallDocuments;
import dev.berth.fuzz.Mutations;
import dev.berth.proto.ClientMsg;
import dev.berth.proto.TryCall;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A client's messages on one stream, from a good call to noise. Made whole before any is sent. */
final class FuzzedStream {
    private final List<Buffer> writes = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private volatile boolean reset;

    FuzzedStream(Random random) {
        if (random.nextInt(10) > 0) {
            message(random.nextInt(4) == 0 ? fuzzedTry(random) : goodTry(random), random);
        }
        for (int left = random.nextInt(12); left > 0; left--) {
            step(random);
        }
        if (random.nextInt(3) > 0) {
            message(EngageCall.frame(new byte[random.nextInt(100)], true), random);
        }
        if (random.nextInt(8) == 0) {
            step(random);
        }
    }

    void send(EngageCall call) {
        for (Buffer bytes : writes) {
            call.request.write(bytes);
        }
    }

    void reset(EngageCall call) {
        reset = true;
        call.request.reset(8);
    }

    boolean wasReset() {
        return reset;
    }

    private void step(Random random) {
        switch (random.nextInt(30)) {
            case 0 -> message(goodTry(random), random);
            case 1 -> message(EngageCall.frame(new byte[random.nextInt(50)], true), random);
            case 2 -> message(ClientMsg.getDefaultInstance(), random);
            case 3 -> raw("noise", 0, noise(random));
            case 4 ->
                raw("compressed", 1, EngageCall.frame(noise(random), false).toByteArray());
            case 5 -> raw("flags", random.nextInt(256), noise(random));
            case 6 -> oversize(random);
            case 7 -> write("bare noise", Buffer.buffer(noise(random)));
            case 8, 9 -> message(EngageCall.frame(new byte[0], false), random);
            case 10 -> message(EngageCall.frame(new byte[random.nextInt(200_000)], false), random);
            default -> message(EngageCall.frame(new byte[random.nextInt(3_000)], false), random);
        }
    }

    /** A length that is more than follows, or more than is allowed, or less than nothing. */
    private void oversize(Random random) {
        int length = random.nextInt(3) == 0 ? random.nextInt() : random.nextInt(8 << 20);
        write("length " + length, Buffer.buffer().appendByte((byte) 0).appendInt(length));
    }

    private void message(ClientMsg message, Random random) {
        byte[] bytes = message.toByteArray();
        boolean damaged = random.nextInt(40) == 0;
        raw(
                (damaged ? "damaged " : "") + message.getBodyCase(),
                0,
                damaged ? Mutations.some(bytes, random, 3, List.of()) : bytes);
    }

    private void raw(String what, int flags, byte[] payload) {
        write(
                what + ' ' + payload.length,
                Buffer.buffer()
                        .appendByte((byte) flags)
                        .appendInt(payload.length)
                        .appendBytes(payload));
    }

    private void write(String what, Buffer bytes) {
        text.append(text.isEmpty() ? "" : ", ").append(what);
        writes.add(bytes);
    }

    private static ClientMsg goodTry(Random random) {
        String type = random.nextInt(6) == 0 ? "detached" : "sync";
        return of(TryCall.newBuilder()
                .setModelsCallJson(IngressRig.MODEL.replace("\"image\"", "\"type\":\"" + type + "\",\"image\"")));
    }

    private static ClientMsg fuzzedTry(Random random) {
        return of(TryCall.newBuilder()
                .setModelsCallJson(CallDocuments.random(random))
                .setSlotHashId(ByteString.copyFrom(random.nextInt(3) == 0 ? noise(random) : new byte[0]))
                .putExtensions("A", "b"));
    }

    private static ClientMsg of(TryCall.Builder call) {
        return ClientMsg.newBuilder().setTry(call).build();
    }

    private static byte[] noise(Random random) {
        byte[] noise = new byte[random.nextInt(40)];
        random.nextBytes(noise);
        return noise;
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
