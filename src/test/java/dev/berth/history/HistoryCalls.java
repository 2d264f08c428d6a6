package dev.berth.history;

import dev.berth.cluster.NodeClient;
import dev.berth.history.HistoryWriter.Outcome;
import dev.berth.ingress.EngageCall;
import dev.berth.proto.CallFinished;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** Sends calls of several kinds to a node, one after the other in each thread, and writes down what comes of them. */
final class HistoryCalls {
    private static final int DUE_SECONDS = 8;
    /** Within which an outcome must come after a call is due, unless its node was disturbed meanwhile. */
    static final long BOUND_MILLIS = 5_000;

    private static final int NACK = 503;
    private static final int CANCEL = 8;
    private static final int FUNCTIONS = 4;
    private static final int FUNCTION_MIB = 64;

    private final Path executions;
    private final HistoryWriter writer;
    private final AtomicInteger answered = new AtomicInteger();
    private final Map<String, Integer> errors = new ConcurrentHashMap<>();
    private volatile boolean stopped;

    /** @param executions where functions write down that they run */
    HistoryCalls(Path executions, HistoryWriter writer) {
        this.executions = executions;
        this.writer = writer;
    }

    /** Calls that a node has said the outcome of. */
    int answered() {
        return answered.get();
    }

    /** How often each error was seen. */
    Map<String, Integer> errors() {
        return new TreeMap<>(errors);
    }

    void stop() {
        stopped = true;
    }

    Thread send(HistoryNode node, long seed) {
        Random random = new Random(seed);
        Thread sender = new Thread(() -> {
            while (!stopped) {
                NodeClient client = node.client();
                if (client == null) {
                    pause(20);
                } else {
                    call(node, client, random);
                }
            }
        });
        sender.start();
        return sender;
    }

    private void call(HistoryNode node, NodeClient client, Random random) {
        int kind = random.nextInt(20);
        JsonObject document = NodeClient.document("fn-" + random.nextInt(FUNCTIONS), FUNCTION_MIB, "");
        String id = document.getString("id");
        document.put("timeout", 6).put("idle_timeout", 2);
        document.getJsonObject("headers")
                .getJsonArray("X-Do")
                .set(0, "read; append " + executions + " " + id + "; " + program(kind, random));
        int disturbances = node.disturbances();
        writer.call(id, DUE_SECONDS * 1000L);
        long due = System.nanoTime() + TimeUnit.SECONDS.toNanos(DUE_SECONDS);
        Future<EngageCall> opened = client.start(document, DUE_SECONDS + "S", new byte[kind == 1 ? 64 << 10 : 100]);
        end(node, id, opened, disturbances, due);
    }

    private void error(String id, String why) {
        errors.merge(why, 1, Integer::sum);
        writer.end(id, Outcome.ERROR);
    }

    private static String program(int kind, Random random) {
        return switch (kind) {
            case 0 -> "fill 65536";
            case 2 -> "sleep 1500; send ok";
            case 3, 4 -> "sleep " + random.nextInt(300) + "; send ok";
            default -> "send ok";
        };
    }

    private void end(HistoryNode node, String id, Future<EngageCall> opened, int disturbances, long due) {
        CompletableFuture<EngageCall.Result> ended =
                opened.compose(EngageCall::future).toCompletionStage().toCompletableFuture();
        try {
            if (!within(ended, due) && !node.disturbedSince(disturbances)) {
                within(ended, due + TimeUnit.MILLISECONDS.toNanos(BOUND_MILLIS));
            }
            if (ended.isDone()) {
                end(id, ended.get());
                return;
            }
            // A node that stands still tells nothing. Of any other the missing outcome is a breach, and not written.
            opened.onSuccess(call -> call.request.reset(CANCEL));
            if (node.disturbedSince(disturbances)) {
                error(id, "nothing heard");
            }
        } catch (ExecutionException broken) {
            error(id, String.valueOf(broken.getCause()).replaceAll("[0-9a-f-]{30,}|\\d+", "#"));
            pause(100);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean within(CompletableFuture<?> future, long until) throws InterruptedException {
        try {
            future.get(until - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException broken) {
            return true;
        } catch (TimeoutException silent) {
            return false;
        }
        return true;
    }

    private void end(String id, EngageCall.Result result) {
        answered.incrementAndGet();
        CallFinished finished = result.payloads().isEmpty() ? CallFinished.getDefaultInstance() : result.finished();
        if (finished.getSuccess()) {
            writer.end(id, Outcome.SUCCESS);
        } else if (finished.getErrorCode() == NACK) {
            writer.end(id, Outcome.NACK);
        } else {
            error(id, finished.getErrorCode() + " " + finished.getErrorStr() + " " + result.status());
        }
    }

    private static void pause(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
