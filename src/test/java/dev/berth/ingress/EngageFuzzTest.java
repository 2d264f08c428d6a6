package dev.berth.ingress;

import dev.berth.fuzz.FuzzRun;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Whatever a client sends on a stream, it ends with one result of a call or with one gRPC status. */
final class EngageFuzzTest {
    private static final int PER_RIG = 1000;
    private static final int AT_ONCE = 50;
    /** The library that the client is made of gives up a connection after 200 resets. */
    private static final int PER_CONNECTION = 150;

    private final AtomicInteger finished = new AtomicInteger();

    @Test
    void anySequenceEndsWithAResultOrAStatus() {
        try (FuzzRun run = new FuzzRun(EngageFuzzTest.class, 15)) {
            for (int from = 0; from < run.inputs(); from += PER_RIG) {
                int first = from;
                int last = Math.min(run.inputs(), from + PER_RIG);
                run.check(() -> inputs(run, first, last));
                run.over(last);
            }
            run.verify();
            run.check(() -> {
                if (finished.get() < run.inputs() / 20) {
                    throw new AssertionError("only " + finished + " calls came to a result");
                }
            });
        }
    }

    private void inputs(FuzzRun run, int from, int to) {
        try (IngressRig rig = new IngressRig(IngressRig.GRPC, IngressRig.DETACHED)) {
            Random chance = run.random(-1 - from);
            rig.registry.onAcquire = acquire -> EngageStormTest.answer(rig, acquire, chance);
            rig.worker.script = stream -> EngageStormTest.run(rig, stream, chance);
            for (int first = from; first < to; first += PER_CONNECTION) {
                try (EngageClient client = new EngageClient(rig.vertx, rig.ingress.port())) {
                    connection(run, rig, client, first, Math.min(to, first + PER_CONNECTION));
                }
            }
            rig.assertNothingLeft();
        }
    }

    private void connection(FuzzRun run, IngressRig rig, EngageClient client, int from, int to) {
        for (int wave = from; wave < to; wave += AT_ONCE) {
            List<Future<?>> ends = new ArrayList<>();
            for (int input = wave; input < Math.min(to, wave + AT_ONCE); input++) {
                ends.add(sequence(run, rig, client, input));
            }
            Await.of(Future.join(ends).otherwiseEmpty());
        }
    }

    private Future<?> sequence(FuzzRun run, IngressRig rig, EngageClient client, int input) {
        Random random = run.random(input);
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        if (random.nextInt(6) == 0) {
            headers.add("grpc-timeout", 1 + random.nextInt(200) + "m");
        }
        FuzzedStream sequence = new FuzzedStream(random);
        return client.open(EngageClient.ENGAGE, headers)
                .compose(call -> {
                    sequence.send(call);
                    end(rig, call, sequence, random);
                    return call.future();
                })
                .onComplete(end -> {
                    String wrong = end.failed() ? broken(sequence, end.cause()) : wrong(end.result());
                    if (wrong != null) {
                        run.failed(input, wrong, sequence);
                    }
                });
    }

    /** In one of the ways in which a client may end its side. */
    private static void end(IngressRig rig, EngageCall call, FuzzedStream sequence, Random random) {
        switch (random.nextInt(6)) {
            case 0 -> sequence.reset(call);
            case 1 -> rig.vertx.setTimer(1 + random.nextInt(30), late -> sequence.reset(call));
            case 2, 3 -> rig.vertx.setTimer(1 + random.nextInt(60), late -> call.halfClose());
            default -> call.halfClose();
        }
    }

    private static String broken(FuzzedStream sequence, Throwable cause) {
        return sequence.wasReset() ? null : "broke off: " + cause;
    }

    private String wrong(EngageCall.Result result) {
        if (result.http() != 200 || result.status() == null) {
            return "HTTP status " + result.http() + ", gRPC status " + result.status();
        }
        var messages = result.messages();
        long results =
                messages.stream().filter(message -> message.hasFinished()).count();
        if (!result.status().equals("0")) {
            return results == 0 ? null : "a result and status " + result.status();
        }
        if (results != 1 || !messages.get(messages.size() - 1).hasFinished()) {
            return "status 0, but " + results + " results in " + messages.size() + " messages";
        }
        finished.incrementAndGet();
        var end = result.finished();
        boolean started = messages.stream().anyMatch(message -> message.hasResultStart());
        return end.getSuccess() == (end.getErrorCode() == 0) && !(started && end.getErrorCode() == 503)
                ? null
                : "a result of " + end;
    }
}
