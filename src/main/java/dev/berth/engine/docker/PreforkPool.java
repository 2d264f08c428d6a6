package dev.berth.engine.docker;

import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.core.command.CreateContainerCmdImpl;
import dev.berth.config.DockerConfig;
import dev.berth.engine.Instances;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fn's own pool: a fixed number of placeholder containers of an image that is configured. A placeholder serves one
 * container at a time, and is made anew whenever it ends. Placeholders live on the context the pool was made on.
 */
final class PreforkPool implements NetworkPool {
    private static final Logger log = LoggerFactory.getLogger(PreforkPool.class);

    private static final int REMADE_PER_SECOND = 10;
    private static final int REMADE_AT_ONCE = 20;

    private final ConcurrentLinkedDeque<Placeholder> free = new ConcurrentLinkedDeque<>();
    private final List<Placeholder> all = new ArrayList<>();
    private final AtomicBoolean emptiness = new AtomicBoolean();
    private final boolean useOnce;
    private final Context home;

    PreforkPool(DockerContainer.Parts parts, ImagePuller puller, DockerConfig docker, Instances instances) {
        DockerConfig.Prefork prefork = docker.prefork();
        this.useOnce = prefork.useOnce();
        this.home = parts.vertx().getOrCreateContext();
        RateLimit rate = new RateLimit(parts.vertx(), REMADE_PER_SECOND, REMADE_AT_ONCE);
        for (int index = 0; index < prefork.poolSize(); index++) {
            String name = index + "_prefork_" + instances.instanceId();
            all.add(new Placeholder(parts, puller, options(docker, instances, index, name), rate, this::changed));
        }
    }

    @Override
    public void start() {
        home.runOnContext(v -> all.forEach(Placeholder::run));
    }

    /** The last placeholder to become free; null if there is none. */
    @Override
    public @Nullable NetworkLease take() {
        Placeholder placeholder = free.pollLast();
        if (placeholder == null) {
            if (emptiness.compareAndSet(false, true)) {
                log.error("No placeholder container is free: starts are slower until one is");
            }
            return null;
        }
        int life = placeholder.life();
        return NetworkLease.on(
                "container:" + placeholder.name(), () -> home.runOnContext(v -> giveBack(placeholder, life)));
    }

    @Override
    public Future<Void> close() {
        Promise<Void> closed = Promise.promise();
        home.runOnContext(v -> Future.join(all.stream().map(Placeholder::close).toList())
                .<Void>mapEmpty()
                .onComplete(closed));
        return closed.future();
    }

    /** For metrics and tests: do not decide on this. */
    int freeCount() {
        return free.size();
    }

    private void changed(Placeholder placeholder, boolean ready) {
        if (ready) {
            emptiness.set(false);
            free.addLast(placeholder);
        } else {
            free.remove(placeholder);
        }
    }

    private void giveBack(Placeholder placeholder, int life) {
        if (useOnce) {
            placeholder.end(life);
        } else if (placeholder.alive(life)) {
            changed(placeholder, true);
        }
    }

    /** As little as a process that does nothing needs. */
    private static CreateContainerCmdImpl options(DockerConfig docker, Instances instances, int index, String name) {
        DockerConfig.Prefork prefork = docker.prefork();
        HostConfig host = new HostConfig()
                .withLogConfig(new LogConfig(LogConfig.LoggingType.NONE))
                .withReadonlyRootfs(true)
                .withCapDrop(Capability.ALL)
                .withSecurityOpts(List.of("no-new-privileges"));
        if (!prefork.networks().isEmpty()) {
            host.withNetworkMode(
                    prefork.networks().get(index % prefork.networks().size()));
        }
        CreateContainerCmdImpl options = new CreateContainerCmdImpl(command -> null, null, prefork.image());
        options.withName(name)
                .withHostName(name)
                .withCmd(prefork.command().strip().split("\\s+"))
                .withLabels(ContainerLabels.of(instances, ContainerLabels.PLACE, docker.labelTag()))
                .withHostConfig(host);
        return options;
    }
}
