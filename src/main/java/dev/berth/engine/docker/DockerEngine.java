package dev.berth.engine.docker;

import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.core.command.CreateContainerCmdImpl;
import dev.berth.config.DockerConfig;
import dev.berth.config.EngineConfig;
import dev.berth.config.Secret;
import dev.berth.engine.ContainerPlan;
import dev.berth.engine.Engine;
import dev.berth.engine.EngineContainer;
import dev.berth.engine.ImageRequest;
import dev.berth.engine.Instances;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Containers of an engine with Docker's API: Docker itself, or Podman. */
public final class DockerEngine implements Engine {
    private static final Logger log = LoggerFactory.getLogger(DockerEngine.class);
    private static final Path CGROUPS = Path.of("/sys/fs/cgroup");

    private final Vertx vertx;
    private final DockerConfig docker;
    private final EngineConfig settings;
    private final Instances instances;
    private final SocketPaths paths;
    private final EngineHttp http;
    private final EngineApi api;
    private volatile @Nullable Parts parts;

    /** Everything that is made once the engine has answered. */
    private record Parts(
            EngineFacts facts,
            ContainerOptions options,
            DockerContainer.Tools tools,
            ImagePuller puller,
            Freezer freezer) {}

    /** Fails with ENGINE_FAILED if the address cannot be one. */
    public DockerEngine(
            Vertx vertx, DockerConfig docker, EngineConfig settings, Instances instances, SocketPaths paths) {
        this.vertx = vertx;
        this.docker = docker;
        this.settings = settings;
        this.instances = instances;
        this.paths = paths;
        this.http = new EngineHttp(vertx, EngineAddress.of(docker), EngineCallListener.NONE);
        this.api = new EngineApi(http);
    }

    @Override
    public String name() {
        Parts known = parts;
        return known != null && known.facts().podman() ? "podman" : "docker";
    }

    @Override
    public boolean isolated() {
        return true;
    }

    @Override
    public Future<Void> start() {
        return new EngineHandshake(vertx, api)
                .meet()
                .compose(facts -> vertx.executeBlocking(this::credentials, false)
                        .map(credentials -> {
                            parts = assemble(facts, credentials);
                            log.atInfo()
                                    .addKeyValue("version", facts.version())
                                    .addKeyValue("api", facts.apiVersion())
                                    .addKeyValue("cgroup", facts.cgroupV1() ? 1 : 2)
                                    .log(
                                            "Container engine at {}: {}",
                                            http.address().text(),
                                            name());
                            return null;
                        }));
    }

    private RegistryCredentials credentials() {
        Secret auth = docker.auth();
        return RegistryCredentials.load(auth == null ? null : auth.reveal(), docker.configFolder());
    }

    private Parts assemble(EngineFacts facts, RegistryCredentials credentials) {
        Freezer freezer = new Freezer(vertx, CGROUPS, facts.cgroupV1());
        DockerContainer.Tools tools =
                new DockerContainer.Tools(vertx, api, new Pausing(api, freezer), new Remover(vertx, api));
        return new Parts(
                facts,
                new ContainerOptions(docker, paths, instances, facts),
                tools,
                new ImagePuller(vertx, api, credentials, settings.pullTimeout()),
                freezer);
    }

    @Override
    public Future<Integer> sweep() {
        return new Sweeper(parts().tools(), instances).sweep(docker.labelTag());
    }

    @Override
    public Future<Void> ensureImage(ImageRequest request) {
        return parts().puller().ensure(request).compose(this::accept);
    }

    private Future<Void> accept(InspectImageResponse image) {
        boolean volumes = image.getConfig() != null
                && image.getConfig().getVolumes() != null
                && !image.getConfig().getVolumes().isEmpty();
        return volumes && !docker.enableVolume()
                ? Future.failedFuture(ErrorCode.IMAGE_WITH_VOLUME.exception())
                : Future.succeededFuture();
    }

    @Override
    public Future<EngineContainer> create(ContainerPlan plan) {
        NetworkLease network = plan.networkDisabled() ? NetworkLease.NO_NETWORK : NetworkLease.DEFAULT;
        CreateContainerCmdImpl options = parts().options().of(plan, network.mode());
        return api.createContainer(plan.id(), options)
                .onFailure(cause -> removeIfMade(plan.id()))
                .compose(reply ->
                        reply.ok() ? Future.succeededFuture(container(plan, reply, network)) : refused(plan, reply))
                .onFailure(cause -> network.release().run());
    }

    private EngineContainer container(ContainerPlan plan, EngineReply reply, NetworkLease network) {
        return new DockerContainer(
                parts().tools(), plan.id(), api.created(reply).getId(), network.release());
    }

    private Future<EngineContainer> refused(ContainerPlan plan, EngineReply reply) {
        if (reply.serverError()) {
            removeIfMade(plan.id());
        }
        return Future.failedFuture(createFailure(reply));
    }

    private static RunnerException createFailure(EngineReply reply) {
        String message = reply.message();
        if (reply.status() == 404 && message.toLowerCase(Locale.ROOT).contains("no such image")) {
            return ErrorCode.SERVER_BUSY.exception();
        }
        boolean conflict = reply.status() == 409 || (reply.status() == 400 && message.contains("Conflict."));
        return conflict ? ErrorCode.ENGINE_FAILED.exception("container already exists") : reply.failure();
    }

    /** After a create without a clear answer: the container may exist, and nobody else knows of it. */
    private void removeIfMade(String name) {
        parts().tools()
                .remover()
                .remove(name)
                .onFailure(cause -> log.atWarn()
                        .addKeyValue("containerId", name)
                        .log("A container may be left over: {}", cause.getMessage()));
    }

    @Override
    public Future<Void> close() {
        Parts known = parts;
        Future<Void> freezer =
                known == null ? Future.succeededFuture() : known.freezer().close();
        return Future.join(freezer, http.close()).mapEmpty();
    }

    private Parts parts() {
        Parts known = parts;
        if (known == null) {
            throw http.failure("has not been met yet: start() first");
        }
        return known;
    }
}
