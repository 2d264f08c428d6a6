package dev.berth.cluster;

import dev.berth.ingress.EngageCall;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Does as Fn's load balancer: a call that is refused with 503 goes to the next node, until one takes it. */
final class Balancer implements AutoCloseable {
    private static final int NACK = 503;
    private static final int MOST_ROUNDS = 200;

    private final Vertx vertx;
    private final List<NodeProcess> nodes = new CopyOnWriteArrayList<>();
    private final ConcurrentHashMap<NodeProcess, NodeClient> clients = new ConcurrentHashMap<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger succeeded = new AtomicInteger();
    private final AtomicInteger turn = new AtomicInteger();
    private volatile boolean stopped;

    Balancer(Vertx vertx) {
        this.vertx = vertx;
    }

    void add(NodeProcess node) throws Exception {
        clients.put(node, new NodeClient(vertx, node));
        nodes.add(node);
    }

    /** No new call goes there. */
    void remove(NodeProcess node) {
        nodes.remove(node);
    }

    /** One call after the other until {@link #stop}. */
    Thread send(Supplier<JsonObject> calls) {
        Thread sender = new Thread(() -> {
            while (!stopped) {
                place(calls.get());
            }
        });
        sender.start();
        return sender;
    }

    private void place(JsonObject call) {
        String last = "no node";
        for (int round = 0; round < MOST_ROUNDS; round++) {
            List<NodeProcess> there = List.copyOf(nodes);
            NodeProcess node = there.get(Math.floorMod(turn.getAndIncrement(), there.size()));
            if (clients.get(node).goingAway()) {
                pause();
                continue;
            }
            EngageCall.Result result;
            try {
                result = clients.get(node).call(call);
            } catch (RuntimeException | AssertionError failure) {
                if (!isGone(failure)) {
                    failures.add(node.name + ": " + failure);
                    return;
                }
                last = node.name + ": " + failure;
                pause();
                continue;
            }
            if (result.payloads().isEmpty() || result.finished().getErrorCode() != NACK) {
                count(node, result);
                return;
            }
            last = node.name + ": " + result;
            pause();
        }
        failures.add(last);
    }

    /** The connection is closed, and the stream was not taken: to a balancer that is the node that is gone. */
    private static boolean isGone(Throwable failure) {
        String text = String.valueOf(failure);
        return text.contains("GOAWAY error code = 0")
                || text.contains("from GOAWAY")
                || text.contains("ClosedChannelException")
                || text.contains("after connection was closed");
    }

    private void count(NodeProcess node, EngageCall.Result result) {
        if (!result.payloads().isEmpty() && result.finished().getSuccess()) {
            succeeded.incrementAndGet();
        } else {
            failures.add(node.name + ": " + result);
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(20);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Waits for so many calls to have succeeded; not if one has failed. */
    void awaitSuccesses(int count) {
        while (succeeded.get() < count && failures.isEmpty()) {
            pause();
        }
    }

    void stop() {
        stopped = true;
    }

    Queue<String> failures() {
        return failures;
    }

    int succeeded() {
        return succeeded.get();
    }

    @Override
    public void close() {
        clients.values().forEach(client -> {
            try {
                client.close();
            } catch (RuntimeException gone) {
                // Its node has gone.
            }
        });
    }
}
