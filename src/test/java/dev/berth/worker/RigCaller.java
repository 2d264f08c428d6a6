package dev.berth.worker;

import dev.berth.bus.Addresses;
import dev.berth.config.StreamConfig;
import dev.berth.stream.StreamEndpoint;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.util.function.Function;

/** The caller's end of the streams to a worker. */
final class RigCaller extends VerticleBase {
    private final StreamConfig streams;
    private final String worker;
    private StreamEndpoint endpoint;

    /** @param worker its address */
    RigCaller(StreamConfig streams, String worker) {
        this.streams = streams;
        this.worker = worker;
    }

    @Override
    public Future<?> start() {
        return StreamEndpoint.bind(vertx, Addresses.ingress(WorkerRig.NODE, 0), streams)
                .onSuccess(bound -> endpoint = bound);
    }

    Future<TestCall> open(Object payload) {
        return onContext(own -> new TestCall(own, endpoint.open(Addresses.frames(worker), payload, WorkerRig.WINDOW)));
    }

    Future<Integer> active() {
        return onContext(own -> endpoint.active());
    }

    private <T> Future<T> onContext(Function<Context, T> work) {
        Promise<T> done = Promise.promise();
        context.runOnContext(turn -> done.complete(work.apply(context)));
        return done.future();
    }
}
