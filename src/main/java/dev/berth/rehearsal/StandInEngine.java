package dev.berth.rehearsal;

import dev.berth.engine.ContainerPlan;
import dev.berth.engine.Engine;
import dev.berth.engine.EngineContainer;
import dev.berth.engine.ImageRequest;
import dev.berth.engine.Sweep;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;

/** Has every image, and runs none of them: its containers are threads of this process that answer. */
final class StandInEngine implements Engine {
    private final Vertx vertx;

    StandInEngine(Vertx vertx) {
        this.vertx = vertx;
    }

    @Override
    public String name() {
        return "rehearsal";
    }

    @Override
    public boolean isolated() {
        return true;
    }

    @Override
    public boolean sendsSyslog() {
        return false;
    }

    @Override
    public long leastMemoryMiB() {
        return 0;
    }

    @Override
    public Future<Boolean> sees(Path folder) {
        return Future.succeededFuture(true);
    }

    @Override
    public Future<Void> start() {
        return Future.succeededFuture();
    }

    @Override
    public Future<Sweep> sweep() {
        return Future.succeededFuture(new Sweep(0, Set.of()));
    }

    @Override
    public Future<Void> ensureImage(ImageRequest request) {
        return Future.succeededFuture();
    }

    @Override
    public Future<EngineContainer> create(ContainerPlan plan) {
        return Future.succeededFuture(new StandInFunction(
                vertx.getOrCreateContext(), plan.id(), Objects.requireNonNull(plan.socketDirectory())));
    }

    @Override
    public Future<Void> close() {
        return Future.succeededFuture();
    }
}
