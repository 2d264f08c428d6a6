package dev.berth.engine.docker;

import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.core.command.CreateContainerCmdImpl;
import dev.berth.engine.Instances;
import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes places and removes them. A name whose place could not be made is the next one's, which begins by removing
 * what may be there: whatever became of a request, nothing stays that nobody knows of. Used on one context.
 */
final class PlaceMaker {
    private final EngineApi api;
    private final Remover remover;
    private final PauseImage image;
    private final ImageArchive loader;
    private final Instances instances;
    private final @Nullable String labelTag;
    private final String hostName;
    private final Deque<String> unclear = new ArrayDeque<>();
    private int named;

    PlaceMaker(
            DockerContainer.Parts parts,
            PauseImage image,
            Instances instances,
            @Nullable String labelTag,
            String hostName) {
        this.api = parts.api();
        this.remover = parts.remover();
        this.image = image;
        this.loader = new ImageArchive(parts.vertx(), api);
        this.instances = instances;
        this.labelTag = labelTag;
        this.hostName = hostName;
    }

    /** Fails with ENGINE_FAILED or ENGINE_GONE; the network is to be given back then. */
    Future<Place> make(NetworkLease network) {
        String left = unclear.poll();
        String name = left == null ? instances.instanceId() + "_place_" + ++named : left;
        Future<Void> cleared = left == null ? Future.succeededFuture() : remover.remove(name);
        return cleared.compose(clear -> image.ensure(api, loader))
                .compose(there -> api.createContainer(name, options(network.mode())))
                .map(reply -> api.created(reply).getId())
                .compose(engineId -> api.startContainer(name)
                        .compose(started -> started.ok()
                                ? Future.succeededFuture(new Place(name, engineId, network, System.nanoTime()))
                                : Future.failedFuture(started.failure())))
                .onFailure(cause -> unclear.add(name));
    }

    Future<Void> remove(Place place) {
        return remover.remove(place.name());
    }

    /** Removes what may be left of places that could not be made. */
    Future<Void> removeUnclear() {
        List<Future<Void>> removals = unclear.stream().map(remover::remove).toList();
        unclear.clear();
        return Future.join(removals).mapEmpty();
    }

    /** State by the engine's id of all that it knows. */
    Future<Map<String, String>> states() {
        return api.listContainers(Map.of(
                        ContainerLabels.INSTANCE, instances.instanceId(), ContainerLabels.ROLE, ContainerLabels.PLACE))
                .map(listed -> {
                    Map<String, String> states = new LinkedHashMap<>();
                    listed.forEach(each -> states.put(each.getId(), each.getState()));
                    return states;
                });
    }

    /** As little as a process that does nothing needs; the host name is what a function would have without a place. */
    private CreateContainerCmdImpl options(@Nullable String network) {
        HostConfig host = new HostConfig()
                .withLogConfig(new LogConfig(LogConfig.LoggingType.NONE))
                .withReadonlyRootfs(true)
                .withCapDrop(Capability.ALL)
                .withSecurityOpts(List.of("no-new-privileges"));
        CreateContainerCmdImpl options = new CreateContainerCmdImpl(command -> null, null, image.name());
        if (network == null) {
            options.withHostName(hostName);
        } else {
            host.withNetworkMode(network);
        }
        options.withUser("65534:65534")
                .withLabels(ContainerLabels.of(instances, ContainerLabels.PLACE, labelTag))
                .withHostConfig(host);
        return options;
    }
}
