package dev.berth.engine.docker;

import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.model.Network;
import dev.berth.config.DockerConfig;
import dev.berth.config.EngineConfig;
import dev.berth.config.Secret;
import dev.berth.engine.ContainerPlan;
import dev.berth.engine.Engine;
import dev.berth.engine.EngineContainer;
import dev.berth.engine.FunctionNetwork;
import dev.berth.engine.ImageRequest;
import dev.berth.engine.Instances;
import dev.berth.engine.Remains;
import dev.berth.engine.Sweep;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Containers of an engine with Docker's API: Docker itself, or Podman. */
public final class DockerEngine implements Engine {
    private static final Logger log = LoggerFactory.getLogger(DockerEngine.class);
    /** Below it Docker refuses to create a container, and no runtime could start one. */
    private static final long LEAST_MEMORY_MIB = 6;

    private static final String HOST_NETWORK = "host";
    private static final String DEFAULT_NETWORK = "bridge";

    private final Vertx vertx;
    private final Options options;
    private final EngineHttp http;
    private final EngineApi api;
    private final EngineWatch watch;
    private volatile @Nullable EngineParts parts;
    /** The engine's ids of containers that are not swept. */
    private volatile Set<String> spared = Set.of();

    /**
     * @param instances who we are, and who else is alive
     * @param paths of socket directories
     * @param listener hears of every request to the engine
     */
    public record Options(
            DockerConfig docker,
            EngineConfig engine,
            Instances instances,
            SocketPaths paths,
            EngineCallListener listener) {}

    /** Fails with ENGINE_FAILED if the configured address cannot be one. */
    public DockerEngine(Vertx vertx, Options options) {
        this.vertx = vertx;
        this.options = options;
        DockerConfig docker = options.docker();
        EngineAddress address = EngineAddress.of(docker.host(), docker.tlsVerify(), docker.certPath());
        this.http = new EngineHttp(vertx, address);
        this.api = new EngineApi(http);
        this.watch = new EngineWatch(vertx, api::probe, options.listener());
        http.listen(watch);
    }

    /** As the other, with nobody listening to requests. */
    public DockerEngine(Vertx vertx, DockerConfig docker, EngineConfig engine, Instances instances, SocketPaths paths) {
        this(vertx, new Options(docker, engine, instances, paths, EngineCallListener.NONE));
    }

    @Override
    public String name() {
        EngineParts known = parts;
        return known != null && known.facts().podman() ? "podman" : "docker";
    }

    @Override
    public boolean isolated() {
        return true;
    }

    @Override
    public long leastMemoryMiB() {
        return LEAST_MEMORY_MIB;
    }

    @Override
    public boolean sendsSyslog() {
        EngineParts known = parts;
        return known == null || !known.facts().podman();
    }

    @Override
    public Future<List<FunctionNetwork>> networks() {
        List<String> names = new ArrayList<>(options.docker().networks());
        names.addAll(options.docker().prefork().networks());
        if (names.isEmpty()) {
            names.add(DEFAULT_NETWORK);
        }
        List<Future<FunctionNetwork>> found = names.stream()
                .distinct()
                .map(name -> api.inspectNetwork(name)
                        .map(network -> new FunctionNetwork(
                                name, network.map(DockerEngine::subnets).orElse(List.of()), name.equals(HOST_NETWORK)))
                        .otherwise(new FunctionNetwork(name, List.of(), name.equals(HOST_NETWORK))))
                .toList();
        return Future.all(found).map(all -> all.list());
    }

    private static List<String> subnets(Network network) {
        List<Network.Ipam.Config> configured =
                network.getIpam() == null ? null : network.getIpam().getConfig();
        if (configured == null) {
            return List.of();
        }
        return configured.stream()
                .map(Network.Ipam.Config::getSubnet)
                .filter(subnet -> subnet != null && !subnet.isEmpty())
                .toList();
    }

    @Override
    public Future<Void> start() {
        return new EngineHandshake(vertx, api)
                .meet()
                .compose(facts -> loadImages().compose(loaded -> assemble(facts)))
                .compose(made -> made.start().onSuccess(started -> {
                    greet(made.facts());
                    watch.start();
                }));
    }

    private Future<Void> loadImages() {
        Path file = options.docker().loadFile();
        return file == null ? Future.succeededFuture() : new ImageArchive(vertx, api).load(file);
    }

    private Future<EngineParts> assemble(EngineFacts facts) {
        return vertx.executeBlocking(this::credentials, false)
                .map(credentials -> EngineParts.of(watch, api, options, facts, credentials))
                .onSuccess(made -> parts = made);
    }

    private RegistryCredentials credentials() {
        Secret auth = options.docker().auth();
        return RegistryCredentials.load(
                auth == null ? null : auth.reveal(), options.docker().configFolder());
    }

    private void greet(EngineFacts facts) {
        log.atInfo()
                .addKeyValue("version", facts.version())
                .addKeyValue("api", facts.apiVersion())
                .addKeyValue("cgroup", facts.cgroupV1() ? 1 : 2)
                .log("Container engine {} at {}", name(), http.address().text());
    }

    @Override
    public void watch(Consumer<Boolean> answers) {
        watch.listen(answers);
    }

    @Override
    public boolean answers() {
        return watch.answers();
    }

    /** Of what a container may have mounted the engine judges before it looks for the image, which there is not. */
    @Override
    public Future<Boolean> sees(Path folder) {
        return withParts(known -> known.parts().api().mountable(options.paths().onEngineHost(folder)));
    }

    @Override
    public Future<Sweep> sweep() {
        return withParts(known -> new Sweeper(known.parts(), options.instances(), spared)
                .sweep(options.docker().labelTag()));
    }

    @Override
    public String setup() {
        DockerConfig docker = options.docker();
        return String.join(
                "|",
                name(),
                String.valueOf(docker.labelTag()),
                docker.networks().toString(),
                docker.ulimits().toString(),
                String.valueOf(docker.unprivileged()),
                String.valueOf(docker.readOnlyRoot()),
                String.valueOf(docker.maxPids()),
                String.valueOf(docker.maxFsSizeMiB()),
                String.valueOf(docker.maxTmpfsInodes()));
    }

    @Override
    public void spare(Collection<Remains> left) {
        Set<String> ids = new HashSet<>();
        for (Remains each : left) {
            ids.add(each.engineId());
            if (each.place() != null) {
                ids.add(each.place());
            }
        }
        spared = Set.copyOf(ids);
    }

    @Override
    public Future<EngineContainer> adopt(Remains left) {
        return whileItAnswers(known -> new Adopter(known, options.instances(), options.paths()).adopt(left));
    }

    @Override
    public Future<Void> ensureImage(ImageRequest request) {
        return whileItAnswers(known -> known.puller().ensure(request).compose(image -> {
            if (known.cleaner() != null) {
                known.cleaner().seen(request.image(), image);
            }
            return hasVolumes(image) && !options.docker().enableVolume()
                    ? Future.failedFuture(ErrorCode.IMAGE_WITH_VOLUME.exception())
                    : Future.succeededFuture();
        }));
    }

    private static boolean hasVolumes(InspectImageResponse image) {
        return image.getConfig() != null
                && image.getConfig().getVolumes() != null
                && !image.getConfig().getVolumes().isEmpty();
    }

    @Override
    public Future<EngineContainer> create(ContainerPlan plan) {
        return whileItAnswers(known -> {
            Runnable startEnded = known.starts().begin();
            Runnable freeImage = known.useImage(plan);
            DockerContainer.Steps steps = new DockerContainer.Steps(
                    () -> make(known, plan, known.networks().ordinary()), startEnded, freeImage);
            return make(known, plan, known.networks().choose(plan))
                    .<EngineContainer>map(made -> new DockerContainer(known.parts(), plan, made, steps))
                    .onFailure(cause -> {
                        startEnded.run();
                        freeImage.run();
                    });
        });
    }

    private Future<DockerContainer.Made> make(EngineParts known, ContainerPlan plan, NetworkLease network) {
        return create(known, plan, network)
                .map(engineId -> new DockerContainer.Made(engineId, network))
                .onFailure(cause -> network.release().run());
    }

    /** The engine's id of the new container. */
    private Future<String> create(EngineParts known, ContainerPlan plan, NetworkLease network) {
        return api.createContainer(plan.id(), known.options().of(plan, network.mode()))
                .onFailure(unanswered -> known.parts().remover().removeIfMade(plan.id()))
                .map(reply -> {
                    if (reply.serverError() && !nameTaken(reply)) {
                        known.parts().remover().removeIfMade(plan.id());
                    }
                    if (!reply.ok()) {
                        throw createFailure(reply);
                    }
                    return api.created(reply).getId();
                });
    }

    private static RunnerException createFailure(EngineResponse reply) {
        String message = reply.message();
        if (reply.status() == 404 && message.toLowerCase(Locale.ROOT).contains("no such image")) {
            return ErrorCode.SERVER_BUSY.exception();
        }
        return nameTaken(reply) ? ErrorCode.ENGINE_FAILED.exception("container already exists") : reply.failure();
    }

    /** Podman says so with a 500; a container of that name is someone's, and stays. */
    private static boolean nameTaken(EngineResponse reply) {
        return reply.status() == 409
                || (reply.status() == 400 && reply.message().contains("Conflict."))
                || reply.message().contains("is already in use");
    }

    @Override
    public void startsEnd() {
        watch.look();
        EngineParts known = parts;
        if (known != null && known.pool() != null) {
            known.pool().startsEnd();
        }
    }

    @Override
    public Future<Void> close() {
        EngineParts known = parts;
        parts = null;
        watch.close();
        Future<Void> closed = known == null ? Future.succeededFuture() : known.close();
        return closed.eventually(http::close);
    }

    /** An engine that is known to be gone is not asked: it may keep us waiting for a minute. */
    private <T> Future<T> whileItAnswers(Function<EngineParts, Future<T>> action) {
        return watch.gone() ? Future.failedFuture(http.gone("is not answering")) : withParts(action);
    }

    private <T> Future<T> withParts(Function<EngineParts, Future<T>> action) {
        EngineParts known = parts;
        return known == null
                ? Future.failedFuture(http.failure("is not in use: start() comes first"))
                : action.apply(known);
    }
}
