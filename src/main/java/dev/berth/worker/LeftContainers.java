package dev.berth.worker;

import dev.berth.config.AdoptConfig;
import dev.berth.engine.Attempts;
import dev.berth.engine.Engine;
import dev.berth.engine.InstanceDirectory;
import dev.berth.engine.InstanceFolder;
import dev.berth.engine.LeftFolder;
import dev.berth.engine.OthersLeaving;
import dev.berth.engine.Repeat;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
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
    /** When calls do not wait for it. */
    private static final long LATER_LOOK_MILLIS = 50;

    private static final OthersLeaving NOBODY = new OthersLeaving(false, true);

    private final Vertx vertx;
    private final InstanceDirectory instance;
    private final AdoptConfig config;
    private final Engine engine;
    private final Seals seals;
    private final List<LeftContainer> found = new CopyOnWriteArrayList<>();
    private final Set<Path> known = ConcurrentHashMap.newKeySet();
    private final Set<LeftContainer> refused = ConcurrentHashMap.newKeySet();
    private final List<Future<Void>> taking = new CopyOnWriteArrayList<>();
    private final Promise<Void> over = Promise.promise();
    /** Some that are there must go. */
    private volatile boolean rejects;

    private volatile boolean stopped;
    private volatile boolean waiting;

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
                    spare();
                })
                .onFailure(failure -> LOG.atWarn()
                        .addKeyValue("reason", failure.getMessage())
                        .log("cannot look for what earlier runners have left"))
                .<Void>mapEmpty()
                .otherwiseEmpty();
    }

    private void spare() {
        engine.spare(good().stream().map(LeftContainer::remains).toList());
    }

    private List<LeftContainer> good() {
        return found.stream().filter(left -> !refused.contains(left)).toList();
    }

    private List<LeftContainer> read() throws IOException {
        List<LeftContainer> all = new ArrayList<>();
        for (LeftFolder folder : instance.claimLeft()) {
            try (DirectoryStream<Path> records = Files.newDirectoryStream(folder.path(), "*" + InstanceFolder.RECORD)) {
                for (Path record : records) {
                    if (!known.contains(record)) {
                        read(record, folder, all);
                    }
                }
            } catch (NoSuchFileException gone) {
                LOG.atDebug().addKeyValue("directory", folder).log("is gone already");
            }
        }
        return all;
    }

    /** What the other runner still has it may write down again, or remove. */
    private void read(Path record, LeftFolder folder, List<LeftContainer> into) {
        try {
            LeftContainer left = LeftContainer.read(record, seals.of(folder.path()));
            if (!left.handedOver() && !folder.ended()) {
                return;
            }
            Duration age = Duration.ofMillis(System.currentTimeMillis() - left.writtenAt());
            boolean wanted = left.handedOver() || config.adopt() == AdoptConfig.Adopt.FROZEN;
            if (!wanted || age.isNegative() || age.compareTo(config.within()) > 0) {
                throw new IOException(wanted ? "it was left too long ago" : "it was not handed over");
            }
            into.add(left);
        } catch (IOException unusable) {
            if (!folder.ended() && Files.notExists(record, LinkOption.NOFOLLOW_LINKS)) {
                return;
            }
            rejects = true;
            notAdopted(record, unusable);
        }
        known.add(record);
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
        return InstanceFolder.idOf(left.directory().instanceFolder());
    }

    /**
     * Waits for a runner that is leaving, and gives each container to one of the workers, in turn, as soon as it is left.
     * Completes when its port is free, and all that is left by then is taken over and known to the registry, or removed;
     * what is left later is taken over then. Does not fail.
     */
    public Future<Void> adopt(List<ContainerWorkerVerticle> workers) {
        if (!config.on()) {
            over.complete();
            return Future.succeededFuture();
        }
        take(workers);
        long end = System.nanoTime() + config.await().toNanos();
        return follow(workers, false, end)
                .compose(last -> taken().compose(all -> begins()).compose(all -> {
                    if (!last.some()) {
                        return finish().onComplete(over);
                    }
                    follow(workers, true, Long.MAX_VALUE)
                            .compose(gone -> taken())
                            .compose(gone -> finish())
                            .onComplete(over);
                    return Future.succeededFuture();
                }));
    }

    /** Completes when nobody is there any more who leaves something, and all of that is taken over or removed. */
    public Future<Void> over() {
        return over.future();
    }

    /** Takes over nothing more. May be called from any thread. */
    public void stop() {
        stopped = true;
    }

    private void take(List<ContainerWorkerVerticle> workers) {
        for (int i = taking.size(); i < found.size(); i++) {
            LeftContainer left = found.get(i);
            int worker = i % workers.size();
            taking.add(workers.get(worker).adopt(left, worker).onFailure(why -> {
                refused.add(left);
                notAdopted(left.remains().name(), why);
            }));
        }
    }

    /** Others that wait for any runner here are to wait for this one. */
    private Future<Void> begins() {
        return vertx.executeBlocking(
                        () -> {
                            instance.announceWaiting(false);
                            return null;
                        },
                        false)
                .<Void>mapEmpty()
                .otherwiseEmpty();
    }

    private Future<Void> taken() {
        return Future.join(taking).<Void>mapEmpty().otherwiseEmpty();
    }

    /**
     * @param toTheEnd until they have ended; else until they have moved
     * @param end when it is given up, by the clock of {@link System#nanoTime}
     */
    private Future<OthersLeaving> follow(List<ContainerWorkerVerticle> workers, boolean toTheEnd, long end) {
        return Repeat.until(() -> vertx.executeBlocking(() -> look(!toTheEnd && config.takeOver()), false)
                .otherwise(NOBODY)
                // Looked for before it is read: what was left before they moved or ended is read now.
                .compose(others -> find().compose(found -> {
                    take(workers);
                    if (!others.some() || (!toTheEnd && others.moved())) {
                        return Future.succeededFuture(Optional.of(others));
                    }
                    if (!toTheEnd && System.nanoTime() - end >= 0) {
                        LOG.warn("another runner here has not handed over in time");
                        return Future.succeededFuture(Optional.of(others));
                    }
                    return vertx.timer(toTheEnd ? LATER_LOOK_MILLIS : LOOK_MILLIS)
                            .map(again -> Optional.empty());
                })));
    }

    private OthersLeaving look(boolean any) throws IOException {
        OthersLeaving others = stopped ? NOBODY : instance.others(any);
        if (others.some() && !waiting) {
            waiting = true;
            instance.announceWaiting(true);
            LOG.info("waiting for a runner here to hand over");
        }
        return others;
    }

    private Future<Void> finish() {
        if (stopped || (found.isEmpty() && !waiting)) {
            return Future.succeededFuture();
        }
        List<LeftContainer> adopted = good();
        LOG.atInfo()
                .addKeyValue("containers", adopted.size())
                .addKeyValue("of", found.size())
                .log("took over containers of an earlier runner");
        Set<String> inUse = instances(adopted);
        spare();
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
        folders.forEach(folder -> removals.run(() -> InstanceFolder.removeOthers(folder, stay)));
        removals.end();
        return null;
    }
}
