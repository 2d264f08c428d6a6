package dev.berth.engine.docker;

import com.github.dockerjava.api.model.Container;
import dev.berth.engine.Instances;
import dev.berth.engine.Sweep;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what dead instances left on the engine: containers of our owner whose instance no longer runs and,
 * if there is a label tag, containers with that tag that are not ours, as other runners with the tag do. A
 * container of a living instance is never touched.
 */
final class Sweeper {
    private static final Logger log = LoggerFactory.getLogger(Sweeper.class);

    private static final int LANES = 8;
    private static final Sweep GONE = new Sweep(1, Set.of());

    private final Vertx vertx;
    private final EngineApi api;
    private final Pausing pausing;
    private final Remover remover;
    private final Instances instances;
    private final Set<String> spared;

    /** @param spared the engine's ids of containers that stay whoever made them */
    Sweeper(DockerContainer.Parts parts, Instances instances, Set<String> spared) {
        this.vertx = parts.vertx();
        this.api = parts.api();
        this.pausing = parts.pausing();
        this.remover = parts.remover();
        this.instances = instances;
        this.spared = spared;
    }

    /** A container that resists is left with a line in the log. */
    Future<Sweep> sweep(@Nullable String labelTag) {
        Sweep nothing = new Sweep(0, Set.of());
        return remove(ContainerLabels.OWNER, instances.owner(), ContainerLabels.INSTANCE, nothing)
                .compose(done -> labelTag == null
                        ? Future.succeededFuture(done)
                        : remove(ContainerLabels.CLASSIFIER, labelTag, ContainerLabels.AGENT, done));
    }

    private Future<Sweep> remove(String label, String value, String instanceLabel, Sweep before) {
        return api.listContainers(label, value)
                .compose(all -> vertx.executeBlocking(() -> orphans(all, instanceLabel), false))
                .compose(orphans -> removeAll(orphans, before));
    }

    private List<Container> orphans(List<Container> all, String instanceLabel) {
        List<Container> orphans = new ArrayList<>();
        for (Container container : all) {
            Map<String, String> labels = container.getLabels() == null ? Map.of() : container.getLabels();
            String made = labels.get(instanceLabel);
            String berth = labels.get(ContainerLabels.INSTANCE);
            boolean ours = instances.instanceId().equals(made);
            if (!ours
                    && !spared.contains(container.getId())
                    && made != null
                    && (berth == null || !instances.alive(berth))) {
                orphans.add(container);
            }
        }
        return orphans;
    }

    /** A few at a time: the start waits for this. */
    private Future<Sweep> removeAll(List<Container> orphans, Sweep before) {
        Iterator<Container> left = orphans.iterator();
        List<Future<Sweep>> lanes = new ArrayList<>();
        for (int i = 0; i < LANES; i++) {
            lanes.add(removeNext(left, new Sweep(0, Set.of())));
        }
        return Future.join(lanes).map(all -> lanes.stream().map(Future::result).reduce(before, Sweep::and));
    }

    private Future<Sweep> removeNext(Iterator<Container> left, Sweep sofar) {
        if (!left.hasNext()) {
            return Future.succeededFuture(sofar);
        }
        Container orphan = left.next();
        return remove(orphan).compose(gone -> removeNext(left, sofar.and(gone ? GONE : staying(orphan))));
    }

    private static Sweep staying(Container orphan) {
        String instance = orphan.getLabels().get(ContainerLabels.INSTANCE);
        return new Sweep(0, instance == null ? Set.of() : Set.of(instance));
    }

    private Future<Boolean> remove(Container orphan) {
        String id = orphan.getId();
        return pausing.releaseAny(id, id, "paused".equals(orphan.getState()))
                .compose(free -> remover.remove(id))
                .onSuccess(gone -> log.atInfo().addKeyValue("containerId", id).log("Orphan removed"))
                .map(true)
                .otherwise(cause -> {
                    log.atWarn().addKeyValue("containerId", id).log("Orphan stays: {}", cause.getMessage());
                    return false;
                });
    }
}
