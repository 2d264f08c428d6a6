package dev.berth.engine.docker;

import dev.berth.config.DockerConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;

/** Meets an engine and asks it things, as a runner does at its start, and changes nothing there. */
public final class EngineVisit {
    private final EngineApi api;
    private final EngineFacts facts;

    private EngineVisit(EngineApi api, EngineFacts facts) {
        this.api = api;
        this.facts = facts;
    }

    /** Fails with ENGINE_FAILED, and nothing is left open, if a runner could not use it. */
    public static Future<EngineVisit> begin(Vertx vertx, DockerConfig config) {
        EngineAddress address;
        try {
            address = EngineAddress.of(config.host(), config.tlsVerify(), config.certPath());
        } catch (RuntimeException unusable) {
            return Future.failedFuture(unusable);
        }
        EngineApi api = new EngineApi(new EngineHttp(vertx, address));
        return new EngineHandshake(vertx, api)
                .meet()
                .map(facts -> new EngineVisit(api, facts))
                .recover(absent -> api.http().close().transform(closed -> Future.failedFuture(absent)));
    }

    /** {@code docker} or {@code podman}, its version, and the version of the API that a runner would speak with it. */
    public String text() {
        return (facts.podman() ? "podman " : "docker ") + facts.version() + ", API " + facts.apiVersion();
    }

    /** Whether its host uses the first version of control groups. */
    public boolean cgroupV1() {
        return facts.cgroupV1();
    }

    /** @param folder as the engine's host has it */
    public Future<Boolean> sees(Path folder) {
        return api.mountable(folder);
    }

    public Future<Void> end() {
        return api.http().close();
    }
}
