package dev.berth.engine.docker;

import dev.berth.config.DockerConfig;
import dev.berth.engine.ContainerPlan;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the engine's work is divided among, made once the engine has answered. */
record EngineParts(
        EngineFacts facts,
        ContainerOptions options,
        DockerContainer.Parts parts,
        ImagePuller puller,
        NetworkChooser networks,
        CgroupFreezer freezer,
        @Nullable PreforkPool placeholders,
        @Nullable ImageCleaner cleaner) {

    private static final Path CGROUPS = Path.of("/sys/fs/cgroup");

    static EngineParts of(
            EngineWatch watch,
            EngineApi api,
            DockerEngine.Options given,
            EngineFacts facts,
            RegistryCredentials credentials) {
        Vertx vertx = watch.vertx();
        DockerConfig docker = given.docker();
        CgroupFreezer freezer = new CgroupFreezer(vertx, CGROUPS, facts.cgroupV1());
        DockerContainer.Parts parts = new DockerContainer.Parts(
                vertx,
                api,
                new Pausing(api, freezer, watch),
                new MemoryKills(vertx, CGROUPS, facts.cgroupV1()),
                new Remover(vertx, api));
        ImagePuller puller =
                new ImagePuller(vertx, api, credentials, given.engine().pullTimeout());
        PreforkPool placeholders =
                docker.prefork().poolSize() > 0 ? new PreforkPool(parts, puller, docker, given.instances()) : null;
        return new EngineParts(
                facts,
                new ContainerOptions(docker, given.paths(), given.instances(), facts),
                parts,
                puller,
                new NetworkChooser(docker.networks(), placeholders),
                freezer,
                placeholders,
                docker.imageCleanMaxBytes() > 0 ? cleaner(vertx, api, docker) : null);
    }

    private static ImageCleaner cleaner(Vertx vertx, EngineApi api, DockerConfig docker) {
        Set<String> exempt = new HashSet<>(docker.imageCleanExempt());
        String placeholder = docker.prefork().image();
        exempt.add(ImageReference.parse(placeholder).nameWithTag());
        return new ImageCleaner(vertx, api, docker.imageCleanMaxBytes(), exempt);
    }

    Future<Void> start() {
        if (placeholders != null) {
            placeholders.start();
        }
        return cleaner == null ? Future.succeededFuture() : cleaner.start();
    }

    Future<Void> close() {
        if (cleaner != null) {
            cleaner.close();
        }
        Future<Void> emptied = placeholders == null ? Future.succeededFuture() : placeholders.close();
        return emptied.eventually(freezer::close);
    }

    /** A container of this plan begins; to be run when it is gone. */
    Runnable useImage(ContainerPlan plan) {
        return cleaner == null ? () -> {} : cleaner.use(plan.image());
    }
}
