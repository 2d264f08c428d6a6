package dev.berth.engine.docker;

import dev.berth.config.ConfigLoader;
import dev.berth.config.RunnerConfig;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Engines on the address of a scripted one. */
final class ScriptedEngines {
    private ScriptedEngines() {}

    static DockerEngine engine(
            Vertx vertx, String address, Map<String, String> environment, EngineCallListener listener) {
        Map<String, String> all = new HashMap<>(environment);
        all.put("DOCKER_HOST", address);
        RunnerConfig config = ConfigLoader.load(null, all, Map.of()).config();
        return new DockerEngine(
                vertx,
                new DockerEngine.Options(
                        config.docker(),
                        config.engine(),
                        new TestInstances("scripted"),
                        new SocketPaths(Path.of("/tmp"), null),
                        listener));
    }

    static EngineHttp http(Vertx vertx, String address) {
        return new EngineHttp(vertx, EngineAddress.of(address, false, null));
    }
}
