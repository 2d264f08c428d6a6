package dev.berth.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.CallEnd;
import dev.berth.bus.RegistryMessage.AcquireSlot;
import dev.berth.error.ErrorCode;
import dev.berth.stream.FrameStream;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.RepeatedTest;

/** Many calls at once on few connections, each going well or wrong in a way of its own, by a seed. */
final class EngageStormTest {
    private static final int CALLS = 400;

    @RepeatedTest(2)
    void whateverHappensToCallsEachEndsAndNothingIsLeft() {
        long seed = System.nanoTime();
        try (IngressRig rig = new IngressRig(IngressRig.GRPC, IngressRig.DETACHED);
                EngageClient doomed = new EngageClient(rig.vertx, rig.ingress.port())) {
            Random chance = new Random(seed);
            rig.registry.onAcquire = acquire -> answer(rig, acquire, chance);
            rig.worker.script = stream -> run(rig, stream, chance);
            AtomicInteger ended = new AtomicInteger();
            List<Future<?>> calls = new ArrayList<>();
            for (int i = 0; i < CALLS; i++) {
                EngageClient client = i % 5 == 4 && i < CALLS / 2 ? doomed : rig.client;
                calls.add(call(rig, client, new Random(seed + i)).onComplete(end -> ended.incrementAndGet()));
                if (i == CALLS / 2) {
                    Await.of(doomed.connection.close());
                }
            }

            Await.of(Future.join(calls).otherwiseEmpty());

            assertThat(ended).as("seed %d", seed).hasValue(CALLS);
            rig.assertNothingLeft();
            assertThat(rig.counters.received()).as("seed %d", seed).isLessThanOrEqualTo(CALLS);
        }
    }

    static void answer(IngressRig rig, AcquireSlot acquire, Random chance) {
        int kind = chance.nextInt(10);
        if (kind == 0) {
            rig.registry.refuse(acquire, ErrorCode.SERVER_BUSY);
        } else if (kind == 1) {
            rig.registry.refuse(acquire, ErrorCode.INIT_FAILED);
        } else if (kind < 5) {
            rig.vertx.setTimer(1 + chance.nextInt(30), late -> rig.registry.grant(acquire));
        } else {
            rig.registry.grant(acquire);
        }
    }

    static void run(IngressRig rig, FrameStream stream, Random chance) {
        switch (chance.nextInt(10)) {
            case 0, 1 -> stream.finish(new CallEnd(ErrorCode.SLOT_GONE.exception()));
            case 2 -> stream.finish(new CallEnd(ErrorCode.FUNCTION_FAILED.exception()));
            case 3 -> stream.cancel(ErrorCode.PEER_LOST.exception());
            case 4 -> {
                FakeWorker.head(stream);
                stream.outbound().write(Buffer.buffer("part"));
                rig.vertx.setTimer(1 + chance.nextInt(20), late -> stream.cancel(ErrorCode.PEER_LOST.exception()));
            }
            case 5 -> FakeWorker.count(stream);
            default -> FakeWorker.echo(stream);
        }
    }

    private static Future<?> call(IngressRig rig, EngageClient client, Random chance) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        if (chance.nextInt(6) == 0) {
            headers.add("grpc-timeout", 1 + chance.nextInt(200) + "m");
        }
        return client.open(EngageClient.ENGAGE, headers).compose(call -> {
            behave(rig, call, chance);
            return call.future();
        });
    }

    private static void behave(IngressRig rig, EngageCall call, Random chance) {
        int kind = chance.nextInt(12);
        if (kind == 0) {
            call.data("x", false);
            return;
        }
        String type = chance.nextInt(5) == 0 ? "detached" : "sync";
        call.tryCall(kind == 1 ? "{" : IngressRig.MODEL.replace("\"image\"", "\"type\":\"" + type + "\",\"image\""));
        int frames = chance.nextInt(30);
        for (int i = 0; i < frames; i++) {
            call.data(new byte[chance.nextInt(12_000)], false);
        }
        switch (kind) {
            case 2 -> call.tryCall(IngressRig.MODEL);
            case 3 -> call.halfClose();
            case 4 -> rig.vertx.setTimer(1 + chance.nextInt(40), late -> call.request.reset(8));
            case 5 -> call.raw(0, new byte[] {1, 2, 3});
            default -> call.data("end", true);
        }
    }
}
