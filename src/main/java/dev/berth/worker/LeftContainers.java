package dev.berth.worker;

import dev.berth.config.AdoptConfig;
import dev.berth.engine.Attempts;
import dev.berth.engine.Engine;
import dev.berth.engine.InstanceDirectory;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The containers that earlier runners have left here, from the first look at what they have written until each has a
 * worker or is removed. Its methods are called one after the other.
 */
public final class LeftContainers {
    private static final Logger LOG = LoggerFactory.getLogger(LeftContainers.class);
    private static final long LOOK_MILLIS = 10;

    private final Vertx vertx;
    private final InstanceDirectory instance;
    private final AdoptConfig config;
    private final Engine engine;
    private final Seals seals;
    private final List<LeftContainer> found = new ArrayList<>();
    /** Some that are there must go. */
    private volatile boolean rejects;

    private boolean waiting;

    public LeftContainers(Vertx vertx, InstanceDirectory instance, AdoptConfig config, Engine engine, Seals seals) {
        this.vertx = vertx;
        this.instance = instance;
        this.config = config;
        this.engine = engine;
        this.seals = seals;
    }

    /** What records are sealed with. */
    public Seals seals() {
        return seals;
    }

    /** Finds what earlier runners have left by now. Until {@link #adopt} is done nobody removes it. Does not fail. */
    public Future<Void> find() {
        if (!config.on()) {
            return Future.succeededFuture();
        }
        return vertx.executeBlocking(this::read, false)
                .onSuccess(more -> {
                    found.addAll(more);
                    engine.spare(found.stream().map(LeftContainer::remains).toList());
                })
                .onFailure(failure -> LOG.atWarn()
                        .addKeyValue("reason", failure.getMessage())
                        .log("cannot look for what earlier runners have left"))
                .<Void>mapEmpty()
                .otherwiseEmpty();
    }

    /** Waits for a runner that is leaving, and finds what it has left. */
    private Future<Void> findLast() {
        return config.on()
                ? awaitOthers(System.nanoTime() + config.await().toNanos(), config.takeOver())
                        .otherwiseEmpty()
                        .compose(over -> waiting ? find() : Future.succeededFuture())
                : Future.succeededFuture();
    }

    private Future<Void> awaitOthers(long end, boolean any) {
        return vertx.executeBlocking(() -> instance.othersLeave(any), false).compose(leaving -> {
            if (leaving && !waiting) {
                waiting = true;
                LOG.info("waiting for a runner here to hand over");
            }
            if (leaving && System.nanoTime() - end < 0) {
                return vertx.timer(LOOK_MILLIS).compose(again -> awaitOthers(end, any));
            }
            if (leaving) {
                LOG.warn("another runner here has not handed over in time");
            }
            return Future.succeededFuture();
        });
    }

    private List<LeftContainer> read() throws IOException {
        List<LeftContainer> all = new ArrayList<>();
        for (Path folder : instance.claimLeft()) {
            try (DirectoryStream<Path> records = Files.newDirectoryStream(folder, "*" + InstanceDirectory.RECORD)) {
                for (Path record : records) {
                    read(record, folder, all);
                }
            }
        }
        return all;
    }

    private void read(Path record, Path folder, List<LeftContainer> into) {
        try {
            LeftContainer left = LeftContainer.read(record, seals.of(folder));
            Duration age = Duration.ofMillis(System.currentTimeMillis() - left.writtenAt());
            boolean wanted = left.handedOver() || config.adopt() == AdoptConfig.Adopt.FROZEN;
            if (!wanted || age.isNegative() || age.compareTo(config.within()) > 0) {
                throw new IOException(wanted ? "it was left too long ago" : "it was not handed over");
            }
            into.add(left);
        } catch (IOException unusable) {
            rejects = true;
            notAdopted(record, unusable);
        }
    }

    private static void notAdopted(Object what, Throwable why) {
        LOG.atInfo()
                .addKeyValue("container", what)
                .addKeyValue("reason", why.getMessage())
                .log("not taken over; it is removed");
    }

    /** Ids of the instances in whose folders there are some. */
    public Set<String> instances() {
        return instances(found);
    }

    private static Set<String> instances(Iterable<LeftContainer> all) {
        Set<String> ids = new HashSet<>();
        all.forEach(left -> ids.add(folderId(left)));
        return ids;
    }

    private static String folderId(LeftContainer left) {
        return InstanceDirectory.idOf(left.directory().instanceFolder());
    }

    /**
     * Waits for a runner that is leaving, then gives each container to one of the workers, in turn. Completes when all
     * are taken over and known to the registry, and those that could not be are removed. Does not fail.
     */
    public Future<Void> adopt(List<ContainerWorkerVerticle> workers) {
        return findLast().compose(last -> found.isEmpty() && !waiting ? Future.succeededFuture() : adoptAll(workers));
    }

    private Future<Void> adoptAll(List<ContainerWorkerVerticle> workers) {
        ConcurrentLinkedQueue<LeftContainer> adopted = new ConcurrentLinkedQueue<>();
        List<Future<Void>> all = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) {
            LeftContainer left = found.get(i);
            int worker = i % workers.size();
            all.add(workers.get(worker)
                    .adopt(left, worker)
                    .onSuccess(taken -> adopted.add(left))
                    .onFailure(why -> notAdopted(left.remains().name(), why)));
        }
        return Future.join(all).transform(done -> finish(List.copyOf(adopted)));
    }

    private Future<Void> finish(List<LeftContainer> adopted) {
        LOG.atInfo()
                .addKeyValue("containers", adopted.size())
                .addKeyValue("of", found.size())
                .log("took over containers of an earlier runner");
        Set<String> inUse = instances(adopted);
        engine.spare(adopted.stream().map(LeftContainer::remains).toList());
        Future<Void> rest = engine.sweep()
                .compose(swept -> {
                    inUse.addAll(swept.inUse());
                    return vertx.executeBlocking(() -> tidy(adopted, inUse), false);
                })
                .onFailure(failure -> LOG.atWarn()
                        .addKeyValue("reason", failure.getMessage())
                        .log("cannot remove what was not taken over"))
                .otherwiseEmpty();
        // Where nothing should be left calls need not wait for the look.
        return rejects || adopted.size() < found.size() ? rest : Future.succeededFuture();
    }

    private Void tidy(List<LeftContainer> adopted, Set<String> inUse) throws IOException {
        Attempts removals = new Attempts();
        removals.run(() -> instance.removeDead(inUse));
        Set<Path> folders =
                adopted.stream().map(left -> left.directory().instanceFolder()).collect(Collectors.toSet());
        Set<String> stay = new HashSet<>();
        for (LeftContainer left : adopted) {
            stay.add(left.directory().home().getFileName().toString());
            stay.add(left.directory().record().getFileName().toString());
        }
        folders.forEach(folder -> removals.run(() -> InstanceDirectory.removeOthers(folder, stay)));
        removals.end();
        return null;
    }
}
