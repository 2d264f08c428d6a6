package dev.berth.engine.docker;

import com.github.dockerjava.api.model.Container;
import dev.berth.engine.Instances;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
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

    private final Vertx vertx;
    private final EngineApi api;
    private final Pausing pausing;
    private final Remover remover;
    private final Instances instances;

    Sweeper(DockerContainer.Tools tools, Instances instances) {
        this.vertx = tools.vertx();
        this.api = tools.api();
        this.pausing = tools.pausing();
        this.remover = tools.remover();
        this.instances = instances;
    }

    /** How many containers were removed. A container that resists is left with a line in the log. */
    Future<Integer> sweep(@Nullable String labelTag) {
        return remove(Labels.OWNER, instances.owner(), Labels.INSTANCE)
                .compose(removed -> labelTag == null
                        ? Future.succeededFuture(removed)
                        : remove(Labels.CLASSIFIER, labelTag, Labels.AGENT).map(more -> removed + more));
    }

    private Future<Integer> remove(String label, String value, String instanceLabel) {
        return api.listContainers(label, value)
                .compose(all -> vertx.executeBlocking(() -> orphans(all, instanceLabel), false))
                .compose(this::removeAll);
    }

    private List<Container> orphans(List<Container> all, String instanceLabel) {
        List<Container> orphans = new ArrayList<>();
        for (Container container : all) {
            Map<String, String> labels = container.getLabels() == null ? Map.of() : container.getLabels();
            String made = labels.get(instanceLabel);
            String berth = labels.get(Labels.INSTANCE);
            boolean ours = instances.instanceId().equals(made);
            if (!ours && made != null && (berth == null || !instances.alive(berth))) {
                orphans.add(container);
            }
        }
        return orphans;
    }

    /** A few at a time: the start waits for this. */
    private Future<Integer> removeAll(List<Container> orphans) {
        Iterator<Container> left = orphans.iterator();
        List<Future<Integer>> lanes = new ArrayList<>();
        for (int i = 0; i < LANES; i++) {
            lanes.add(removeNext(left, 0));
        }
        return Future.join(lanes)
                .map(all -> lanes.stream().mapToInt(Future::result).sum());
    }

    private Future<Integer> removeNext(Iterator<Container> left, int removed) {
        return left.hasNext()
                ? remove(left.next()).compose(gone -> removeNext(left, removed + (gone ? 1 : 0)))
                : Future.succeededFuture(removed);
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
