package dev.berth.engine.docker;

import static dev.berth.engine.docker.ScriptedEngine.json;

import dev.berth.engine.ContainerPlan;
import dev.berth.engine.ContainerPlan.Attach;
import dev.berth.engine.EngineContainer;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** The engine's client on a scripted engine that makes, starts and removes one container unless told otherwise. */
final class EngineRig implements AutoCloseable {
    static final ContainerPlan PLAN =
            new ContainerPlan("01H", "fn:1", Map.of(), 0, 0, 0, null, null, "", true, Attach.NONE);
    static final String CONTAINER = "/containers/01H";

    final Vertx vertx = Vertx.vertx();
    final OnContext context = new OnContext(vertx);
    final ScriptedEngine script;
    final DockerEngine engine;
    /** The requests that its listener has heard of. */
    final List<String> heard = new CopyOnWriteArrayList<>();

    EngineRig(Path folder) {
        script = new ScriptedEngine(vertx, folder);
        script.on("POST /containers/create", json(201, "{\"Id\":\"" + "ab".repeat(32) + "\"}"));
        script.on("POST " + CONTAINER + "/start", json(204, ""));
        script.on("DELETE " + CONTAINER, json(204, ""));
        engine = ScriptedEngines.engine(
                vertx, script.address(), Map.of(), (verb, status, nanos) -> heard.add(verb + " " + status));
    }

    /** Starts the engine's client, and makes the container. */
    EngineContainer create() {
        context.await(engine::start);
        return context.await(() -> engine.create(PLAN));
    }

    @Override
    public void close() {
        context.await(engine::close);
        script.close();
        new OnContext(vertx).begin(vertx::close).join();
    }
}
