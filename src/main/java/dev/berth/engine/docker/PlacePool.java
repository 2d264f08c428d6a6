package dev.berth.engine.docker;

import dev.berth.error.Backoff;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Places held ready for containers that are started, as many as {@link PlaceDemand} says. Each serves one container,
 * so that nothing of a network is handed on, and is removed with it. They are made while fewer containers are being
 * started than the engine's host has processors, for that work would slow those starts down.
 *
 * <p>A place that ends in the pool is found out by a look at them all, once a minute and whenever one that was taken
 * turns out to be gone. State is confined to the context the pool was made on, except for the queue of free places.
 */
final class PlacePool implements NetworkPool {
    private static final Logger log = LoggerFactory.getLogger(PlacePool.class);

    /** A bridge takes 1,023, and containers without a place need some. */
    private static final int MOST_ON_A_NETWORK = 900;

    /**
     * What is done when.
     *
     * @param first before any is made: the runner's own start comes first
     * @param lookEvery how often they are looked at
     * @param longestLife of one that is free: what it has of the machine's name, hosts and resolvers is as old as it
     * @param makeWay how long none is made once someone has removed some: they are in the way of whoever wants to
     *     remove their network
     * @param backoff between attempts that fail
     */
    record Times(Duration first, Duration lookEvery, Duration longestLife, Duration makeWay, Backoff backoff) {
        static final Times USUAL = new Times(
                Duration.ofSeconds(2),
                Duration.ofMinutes(1),
                Duration.ofHours(6),
                Duration.ofMinutes(1),
                Backoff.of(Duration.ofSeconds(1), Duration.ofMinutes(5)));
    }

    private final DockerContainer.Parts parts;
    private final Times times;
    private final PlaceMaker maker;
    private final NetworkSpread networks;
    private final StartsUnderWay starts;
    private final EngineWatch watch;
    private final int cpus;
    private final Context home;
    private final PlaceDemand demand = new PlaceDemand(System.nanoTime());
    private final Queue<Place> free = new ConcurrentLinkedQueue<>();
    private final Set<Place> all = new HashSet<>();
    private final Map<Place, Future<Void>> removals = new HashMap<>();
    private final List<Future<Place>> making = new ArrayList<>();
    private boolean pausing;
    private long pausedUntil;
    private boolean ended;
    private int failures;
    private long pauseTimer = -1;
    private long lookTimer = -1;

    /** @param cpus of the engine's host */
    PlacePool(
            DockerContainer.Parts parts,
            Times times,
            PlaceMaker maker,
            NetworkSpread networks,
            StartsUnderWay starts,
            EngineWatch watch,
            int cpus) {
        this.parts = parts;
        this.times = times;
        this.maker = maker;
        this.networks = networks;
        this.starts = starts;
        this.watch = watch;
        this.cpus = cpus;
        this.home = parts.vertx().getOrCreateContext();
    }

    @Override
    public void start() {
        home.runOnContext(turn -> {
            starts.listen(() -> home.runOnContext(ended -> fill()));
            watch.listen(answers -> home.runOnContext(changed -> fill()));
            lookTimer = parts.vertx().setPeriodic(times.lookEvery().toMillis(), due -> look());
            pause(times.first().toMillis());
        });
    }

    @Override
    public @Nullable NetworkLease take() {
        home.runOnContext(turn -> {
            demand.arrived(System.nanoTime());
            fill();
        });
        Place place = free.poll();
        return place == null
                ? null
                : new NetworkLease(
                        "container:" + place.engineId(),
                        place.engineId(),
                        () -> home.runOnContext(turn -> look()),
                        () -> home.runOnContext(turn -> remove(place)),
                        () -> home.runOnContext(turn -> all.remove(place)));
    }

    /** For tests: do not decide on this. */
    int freeCount() {
        return free.size();
    }

    private void fill() {
        while (mayMake()) {
            make();
        }
    }

    private boolean mayMake() {
        int lanes = failures > 0 ? 1 : cpus - starts.count();
        return !ended
                && !pausing
                && !watch.gone()
                && making.size() < lanes
                && free.size() + making.size() < demand.size(System.nanoTime())
                && networks.fewest() < MOST_ON_A_NETWORK;
    }

    private void make() {
        NetworkLease network = networks.take();
        long began = System.nanoTime();
        Future<Place> made = maker.make(network);
        making.add(made);
        made.onComplete(done -> {
            making.remove(made);
            if (done.succeeded()) {
                made(done.result(), System.nanoTime() - began);
            } else {
                network.release().run();
                failed(done.cause());
            }
            fill();
        });
    }

    private void made(Place place, long nanos) {
        failures = 0;
        demand.made(nanos);
        all.add(place);
        free.add(place);
        if (ended) {
            removeFree(0);
        }
    }

    private void failed(Throwable cause) {
        failures++;
        if (failures == 1 && !ended) {
            log.warn("No place for a container's network can be made, so starts are slower: {}", cause.getMessage());
        }
        pause(times.backoff().millis(failures));
    }

    /** None is made for so long, or longer if that was said before. */
    private void pause(long millis) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        if (pausing && until - pausedUntil <= 0) {
            return;
        }
        pausing = true;
        pausedUntil = until;
        parts.vertx().cancelTimer(pauseTimer);
        pauseTimer = parts.vertx().setTimer(millis, over -> {
            pausing = false;
            fill();
        });
    }

    /** Removes what is too old, what is too much, and what does not run. */
    private void look() {
        long now = System.nanoTime();
        for (Place place : List.copyOf(free)) {
            if (now - place.madeAt() > times.longestLife().toNanos() && free.remove(place)) {
                remove(place);
            }
        }
        removeFree(demand.size(now));
        fill();
        if (!free.isEmpty()) {
            maker.states().onSuccess(states -> compare(states, now));
        }
    }

    private void compare(Map<String, String> states, long asked) {
        boolean gone = false;
        for (Place place : List.copyOf(free)) {
            String state = states.get(place.engineId());
            boolean known = place.madeAt() - asked < 0;
            if (known && !"running".equals(state) && free.remove(place)) {
                gone |= state == null;
                remove(place);
            }
        }
        if (gone) {
            log.info(
                    "Places were removed by someone else: none is made for {} s",
                    times.makeWay().toSeconds());
            pause(times.makeWay().toMillis());
        }
        fill();
    }

    /** What is taken meanwhile is not ours to remove. */
    private void removeFree(int rest) {
        while (free.size() > rest) {
            Place place = free.poll();
            if (place != null) {
                remove(place);
            }
        }
    }

    private void remove(Place place) {
        if (!all.contains(place) || removals.containsKey(place)) {
            return;
        }
        Future<Void> removal = maker.remove(place);
        removals.put(place, removal);
        removal.onComplete(done -> {
            removals.remove(place);
            all.remove(place);
            place.network().release().run();
            if (done.failed()) {
                log.atWarn()
                        .addKeyValue("containerId", place.name())
                        .log("A place stays: {}", done.cause().getMessage());
            }
            fill();
        });
    }

    @Override
    public void startsEnd() {
        home.runOnContext(turn -> end());
    }

    private void end() {
        ended = true;
        parts.vertx().cancelTimer(pauseTimer);
        parts.vertx().cancelTimer(lookTimer);
        removeFree(0);
    }

    @Override
    public Future<Void> close() {
        Promise<Void> closed = Promise.promise();
        home.runOnContext(turn -> {
            end();
            Future.join(List.copyOf(making)).onComplete(made -> {
                List.copyOf(all).forEach(this::remove);
                List<Future<Void>> last = new ArrayList<>(removals.values());
                last.add(maker.removeUnclear());
                Future.join(last).onComplete(done -> closed.complete());
            });
        });
        return closed.future();
    }
}
