package dev.berth.bench;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The client side of all runs: a Vert.x with one event loop on which every lane lives, whatever it calls, so that the
 * client costs the same in both cases. Its methods block, for main threads.
 */
final class Driver implements AutoCloseable {
    private static final long LIMIT_MINUTES = 30;

    private final Vertx vertx;
    private final Context context;
    private final HttpClientAgent sockets;
    private final CallIds ids = new CallIds();

    Driver() {
        vertx = Vertx.vertx(new VertxOptions()
                .setPreferNativeTransport(true)
                .setEventLoopPoolSize(1)
                .setBlockedThreadCheckInterval(TimeUnit.HOURS.toMillis(1)));
        context = vertx.getOrCreateContext();
        sockets = vertx.createHttpClient(new HttpClientOptions()
                .setKeepAliveTimeout(0)
                .setMaxHeaderSize(64 * 1024)
                .setMaxChunkSize(64 * 1024));
    }

    Vertx vertx() {
        return vertx;
    }

    CallIds ids() {
        return ids;
    }

    EngageConnection connection(String host, int port) {
        return new EngageConnection(vertx, SocketAddress.inetSocketAddress(port, host));
    }

    /** Calls through a runner, the lanes spread over the connections. */
    Measurement viaRunner(
            List<EngageConnection> connections,
            int lanes,
            CallSpec spec,
            Payload payload,
            Expected expected,
            ClosedLoop.Plan plan) {
        EngageWire wire = new EngageWire(spec, payload);
        List<Lane> all = new ArrayList<>();
        for (int i = 0; i < lanes; i++) {
            all.add(new EngageLane(connections.get(i % connections.size()), ids, wire, expected));
        }
        return run(all, plan, payload);
    }

    /** Calls functions directly, one lane for each socket. */
    Measurement direct(List<String> paths, CallSpec spec, Payload payload, Expected expected, ClosedLoop.Plan plan) {
        List<Lane> all = new ArrayList<>();
        for (String path : paths) {
            all.add(new SocketLane(sockets, path, spec, ids, payload, expected));
        }
        return run(all, plan, payload);
    }

    private Measurement run(List<Lane> lanes, ClosedLoop.Plan plan, Payload payload) {
        Measurement result = await(() -> ClosedLoop.run(vertx, lanes, plan, payload.length()));
        await(() -> Future.join(lanes.stream().map(Lane::close).toList()));
        return result;
    }

    /** Runs on the event loop and waits for what comes of it. */
    <T> T await(Callable<Future<T>> code) {
        Promise<T> done = Promise.promise();
        context.runOnContext(nothing -> {
            try {
                code.call().onComplete(done);
            } catch (Exception e) {
                done.tryFail(e);
            }
        });
        return block(done.future());
    }

    static <T> T block(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(LIMIT_MINUTES, TimeUnit.MINUTES);
        } catch (ExecutionException e) {
            throw new CompletionException(e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException("not within " + LIMIT_MINUTES + " min", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public void close() {
        block(vertx.close());
    }
}
