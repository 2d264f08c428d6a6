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
        StartsUnderWay starts,
        CgroupFreezer freezer,
        ControlGroupMeters meters,
        @Nullable NetworkPool pool,
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
        ControlGroupMeters meters = new ControlGroupMeters(vertx, CGROUPS, facts.cgroupV1());
        DockerContainer.Parts parts = new DockerContainer.Parts(
                vertx,
                api,
                facts.podman() ? StandardStreams.Way.TOGETHER : StandardStreams.Way.APART,
                new Pausing(api, freezer, watch),
                new MemoryKills(vertx, CGROUPS, facts.cgroupV1()),
                meters,
                new Remover(vertx, api));
        ImagePuller puller =
                new ImagePuller(vertx, api, credentials, given.engine().pullTimeout());
        StartsUnderWay starts = new StartsUnderWay();
        NetworkSpread networks = new NetworkSpread(docker.networks());
        NetworkPools pools = new NetworkPools(parts, given, facts, watch);
        NetworkPool pool = pools.choose(puller, networks, starts);
        return new EngineParts(
                facts,
                new ContainerOptions(docker, given.paths(), given.instances(), facts),
                parts,
                puller,
                new NetworkChooser(networks, pool),
                starts,
                freezer,
                meters,
                pool,
                docker.imageCleanMaxBytes() > 0 ? cleaner(watch, api, docker, pools.image()) : null);
    }

    private static ImageCleaner cleaner(EngineWatch watch, EngineApi api, DockerConfig docker, String poolImage) {
        Set<String> exempt = new HashSet<>(docker.imageCleanExempt());
        exempt.add(poolImage);
        return new ImageCleaner(watch.vertx(), api, docker.imageCleanMaxBytes(), exempt, watch);
    }

    Future<Void> start() {
        if (pool != null) {
            pool.start();
        }
        return cleaner == null ? Future.succeededFuture() : cleaner.start();
    }

    Future<Void> close() {
        if (cleaner != null) {
            cleaner.close();
        }
        Future<Void> emptied = pool == null ? Future.succeededFuture() : pool.close();
        return emptied.eventually(freezer::close).eventually(meters::close);
    }

    /** A container of this plan begins; to be run when it is gone. */
    Runnable useImage(ContainerPlan plan) {
        return useImage(plan.image());
    }

    /** The same. */
    Runnable useImage(String image) {
        return cleaner == null ? () -> {} : cleaner.use(image);
    }
}
