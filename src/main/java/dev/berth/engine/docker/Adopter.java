package dev.berth.engine.docker;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.Bind;
import dev.berth.engine.EngineContainer;
import dev.berth.engine.Instances;
import dev.berth.engine.Remains;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/**
 * Takes over a container that another runner of the same owner has left. It must be the very one: by the engine's own
 * id, our labels, its first process, which has run ever since, and the folder that its function sees. May be used on any
 * context.
 */
final class Adopter {
    private final EngineParts known;
    private final Instances instances;
    private final SocketPaths paths;

    Adopter(EngineParts known, Instances instances, SocketPaths paths) {
        this.known = known;
        this.instances = instances;
        this.paths = paths;
    }

    Future<EngineContainer> adopt(Remains left) {
        DockerContainer.Parts parts = known.parts();
        return parts.api()
                .inspectContainer(left.engineId())
                .compose(found -> parts.vertx().executeBlocking(() -> checked(left, found), false))
                .compose(found -> parts.pausing()
                        .holdFrozen(
                                left.engineId(),
                                Boolean.TRUE.equals(found.getState().getPaused()))
                        .compose(hold -> hold == Pausing.Hold.NONE
                                ? Future.failedFuture(not("frozen"))
                                : Future.succeededFuture(container(left, found, hold))));
    }

    private EngineContainer container(Remains left, InspectContainerResponse found, Pausing.Hold hold) {
        DockerContainer.Parts parts = known.parts();
        String place = left.place();
        NetworkLease network = place == null
                ? NetworkLease.on(null, () -> {})
                : new NetworkLease("container:" + place, place, () -> {}, () -> {}, () -> {});
        Long quota = found.getHostConfig().getCpuQuota();
        return DockerContainer.adopted(
                parts,
                left.name(),
                quota != null && quota > 0,
                new DockerContainer.Made(left.engineId(), network),
                new DockerContainer.Steps(
                        () -> Future.failedFuture(not("to be made anew")),
                        () -> {},
                        known.useImage(found.getConfig().getImage())),
                hold);
    }

    private InspectContainerResponse checked(Remains left, Optional<InspectContainerResponse> answer)
            throws IOException {
        InspectContainerResponse found = answer.orElseThrow(() -> not("there"));
        Map<String, String> labels = found.getConfig().getLabels();
        boolean ours = labels != null
                && instances.owner().equals(labels.get(ContainerLabels.OWNER))
                && left.instance().equals(labels.get(ContainerLabels.INSTANCE))
                && ContainerLabels.FUNCTION.equals(labels.get(ContainerLabels.ROLE));
        if (!ours || !left.engineId().equals(found.getId()) || !("/" + left.name()).equals(found.getName())) {
            throw not("the one that was left");
        }
        Long pid = found.getState().getPidLong();
        boolean runs = Boolean.TRUE.equals(found.getState().getRunning()) && pid != null && pid == left.pid();
        if (!runs
                || !left.bootId().equals(ProcessFacts.bootId())
                || left.startTime() != ProcessFacts.startTime(left.pid())
                || !ProcessFacts.isOf(left.pid(), left.engineId())) {
            throw not("running since it was left");
        }
        String folder = paths.onEngineHost(left.sockets()).toString();
        Bind[] binds = found.getHostConfig().getBinds();
        if (binds == null
                || binds.length != 1
                || !folder.equals(binds[0].getPath())
                || !ContainerOptions.SOCKET_FOLDER.equals(binds[0].getVolume().getPath())) {
            throw not("the one of its folder");
        }
        return found;
    }

    private static RunnerException not(String what) {
        return ErrorCode.ENGINE_FAILED.exception("it is not " + what);
    }
}
