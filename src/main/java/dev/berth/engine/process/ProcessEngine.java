package dev.berth.engine.process;

import dev.berth.engine.ContainerPlan;
import dev.berth.engine.Engine;
import dev.berth.engine.EngineContainer;
import dev.berth.engine.ImageRequest;
import dev.berth.engine.Instances;
import dev.berth.engine.Sweep;
import dev.berth.error.ErrorCode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs each function as a child process with the same contract as in a container: environment, socket,
 * standard streams. There is no isolation and no limit of memory, CPU, files or network, and an idle
 * function is not frozen. Meant for laptops and tests.
 *
 * <p>Every process carries this instance's id and its container's in its environment; that is how a
 * container's whole process tree is found at its end, and how a later start finds what a dead runner left.
 */
public final class ProcessEngine implements Engine {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessEngine.class);

    private final Vertx vertx;
    private final FunctionCatalogue catalogue;
    private final Instances instances;

    public ProcessEngine(Vertx vertx, Path catalogue, Instances instances) {
        this.vertx = vertx;
        this.catalogue = new FunctionCatalogue(catalogue);
        this.instances = instances;
    }

    @Override
    public String name() {
        return "process";
    }

    @Override
    public boolean isolated() {
        return false;
    }

    @Override
    public long leastMemoryMiB() {
        return 0;
    }

    @Override
    public boolean sendsSyslog() {
        return false;
    }

    @Override
    public Future<Boolean> sees(Path folder) {
        return Future.succeededFuture(true);
    }

    @Override
    public Future<Void> start() {
        LOG.warn("*** NO ISOLATION *** functions run as plain child processes of this runner, with its rights and"
                + " without limits; use a container engine for anything but development");
        return vertx.executeBlocking(
                () -> {
                    if (!Files.isDirectory(catalogue.folder())) {
                        throw ErrorCode.ENGINE_FAILED.exception("function catalogue " + catalogue.folder()
                                + " is not a folder (setting engine.catalogue)");
                    }
                    return null;
                },
                false);
    }

    @Override
    public Future<Sweep> sweep() {
        return vertx.executeBlocking(() -> ProcessTree.killLeftovers(instances::alive, instances.owner()), false)
                .map(killed -> new Sweep(killed, Set.of()));
    }

    @Override
    public Future<Void> ensureImage(ImageRequest request) {
        return vertx.executeBlocking(() -> catalogue.find(request.image()), false)
                .mapEmpty();
    }

    @Override
    public Future<EngineContainer> create(ContainerPlan plan) {
        return vertx.executeBlocking(
                () -> new ProcessContainer(vertx, catalogue.find(plan.image()), plan, instances), false);
    }

    @Override
    public Future<Void> close() {
        return Future.succeededFuture();
    }
}
