package dev.berth.bench;

import dev.berth.proto.ClientMsg;
import dev.berth.proto.DataFrame;
import dev.berth.proto.TryCall;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Clients and functions that would have a runner hold more than it can, one kind after the other, while ordinary calls
 * go on beside them. Fails when the runner ends, grows, keeps something, or serves the others badly. Run from the
 * repository's top folder.
 */
@Command(name = "scripts/flood", mixinStandardHelpOptions = true, description = "Floods a runner of its own.")
final class Flood implements Callable<Integer> {
    private static final String HEAP = "128m";
    private static final double MOST_RESIDENT_MIB = 400;
    private static final double MOST_SLOWER = 10;
    /** Below this a latency says more about the machine than about the runner. */
    private static final double NOTICEABLE_MILLIS = 50;

    private static final int MIB = 1 << 20;
    private static final int BESIDE = 4;
    private static final List<String> ALL =
            List.of("uploads", "documents", "halves", "idle", "headers", "trickle", "unread");

    @Option(names = "--short", description = "a few seconds of each kind, and no judgement of latencies")
    boolean shortened;

    @Option(
            names = "--engine",
            defaultValue = "${env:BERTH_ENGINE:-}",
            description = "docker or process; else docker where one answers")
    String engine;

    @Option(
            names = "--parts",
            split = ",",
            description = "of uploads, documents, halves, idle, headers, trickle, unread")
    List<String> parts = ALL;

    private final Checks checks = new Checks();
    private final Payload small = Payload.of(200, Payload.FRAME_OF_CLI);
    /** Without memory of its own, so that calls that wait for memory are not in its way. */
    private final CallSpec echo = CallSpec.of("berth/echo-node").idle(600).memory(0);

    /** Needs the room that another call has for as long as the run lasts. */
    private final CallSpec waits =
            CallSpec.of(SoakRun.TEST_FUNCTION).memory(1100).timeout(3600);

    public static void main(String[] args) {
        System.exit(new CommandLine(new Flood()).execute(args));
    }

    @Override
    public Integer call() {
        try (Driver driver = new Driver();
                Driver attacker = new Driver();
                Cleanup cleanup = new Cleanup()) {
            boolean containers = engine.isEmpty()
                    ? new EngineApi(driver.vertx(), EngineApi.defaultSocket()).answers()
                    : engine.equals("docker");
            RunnerProcess.Setup setup = new RunnerProcess.Setup(
                    containers ? "docker" : "process",
                    Path.of("src/examples").toAbsolutePath(),
                    Map.of(
                            "BERTH_XMX", HEAP,
                            "BERTH_WORKER_START_TIMEOUT", "60s",
                            // Else what it does for itself would be measured as the floods' doing.
                            "BERTH_NODE_REHEARSAL_CALLS", "0",
                            "BERTH_REGISTRY_MAX_MEMORY", "2GiB"));
            RunnerProcess runner = cleanup.add(RunnerProcess.start(driver, setup, Path.of("target/bench/flood.log")));
            checks.say("engine " + setup.engine() + ", runner with -Xmx" + HEAP);
            run(driver, attacker, runner);
        }
        checks.say(checks.toString());
        return checks.failures() == 0 ? 0 : 1;
    }

    private void run(Driver driver, Driver attacker, RunnerProcess runner) {
        Payload none = Payload.of(0, Payload.FRAME_OF_CLI);
        EngageConnection holder = attacker.connection(RunnerProcess.HOST, runner.port());
        Lane hold = new EngageLane(
                holder,
                attacker.ids(),
                new EngageWire(waits.header("X-Do", "read; sleep 3600000"), none),
                Expected.likeTheFirst());
        attacker.await(() -> {
            hold.call(false).onComplete(ended -> checks.say("        the call that takes the room ended: " + ended));
            return Future.succeededFuture();
        });
        while (runner.status().getNode().getMemoryUsedBytes() < 1000L * MIB) {
            RunnerProcess.pause(100);
        }
        beside(driver, runner, Duration.ofSeconds(shortened ? 5 : 40));
        Measurement quiet = beside(driver, runner, Duration.ofSeconds(shortened ? 3 : 15));
        checks.that(quiet.errors() == 0, "calls on a quiet runner", "%s", quiet);
        Holdings before = Holdings.of(runner);
        for (String part : ALL) {
            if (parts.contains(part) && runner.alive()) {
                try {
                    part(part, driver, attacker, runner, quiet);
                } catch (RuntimeException failure) {
                    checks.failed(part, failure);
                }
            }
        }
        if (runner.alive()) {
            before.checkNoGrowth(checks, "after all", Holdings.of(runner));
        }
        driver.await(holder::close);
    }

    private void part(String name, Driver driver, Driver attacker, RunnerProcess runner, Measurement quiet) {
        Duration duration = Duration.ofSeconds(shortened ? 4 : 60);
        Attack attack = name.equals("headers") ? headers(attacker, runner, duration) : streams(name, attacker, runner);
        Measurement calls = beside(driver, runner, duration);
        String told = attack.stop();
        boolean alive = runner.alive();
        checks.that(alive && attack.endedRight(), name + ": the runner lives", "%s", told);
        if (!alive) {
            return;
        }
        double peak = runner.figures().peakMiB();
        checks.that(peak <= MOST_RESIDENT_MIB, name + ": memory", "%.0f MiB at most", peak);
        double most = Math.max(NOTICEABLE_MILLIS, MOST_SLOWER * quiet.millis(99));
        checks.that(
                calls.errors() == 0 && (shortened || calls.millis(99) <= most),
                name + ": calls beside",
                "%s (p99 at most %.1f)",
                calls,
                most);
        awaitGivenBack(name, driver, runner);
    }

    /** The document is as large as all of what waiting calls may hold allows, so it is taken only when that is free. */
    private void awaitGivenBack(String name, Driver driver, RunnerProcess runner) {
        int active = Integer.MAX_VALUE;
        for (int i = 0; i < 300 && active > 1; i++) {
            RunnerProcess.pause(100);
            active = runner.status().getActive();
        }
        CallSpec large = echo.header("X-Large", "x".repeat(3 * MIB + MIB / 2));
        Measurement fits = driver.viaRunner(
                List.of(runner.connection()),
                1,
                large.slot("large"),
                small,
                Expected.likeTheFirst(),
                ClosedLoop.Plan.counting(1));
        boolean busy = String.valueOf(fits.firstError()).startsWith("503");
        checks.that(
                active <= 1 && !busy,
                name + ": all is given back",
                "%d streams besides one, a large call ended with %s",
                active - 1,
                fits.firstError());
    }

    private Measurement beside(Driver driver, RunnerProcess runner, Duration duration) {
        return driver.viaRunner(
                List.of(runner.connection()),
                BESIDE,
                echo,
                small,
                Expected.same(small),
                ClosedLoop.Plan.lasting(Duration.ZERO, duration));
    }

    /** What goes on beside the calls, until it is stopped; then it says what it did. */
    private interface Attack {
        String stop();

        /** Whether its own calls ended as they should; only once it is stopped. */
        default boolean endedRight() {
            return true;
        }
    }

    private Attack headers(Driver attacker, RunnerProcess runner, Duration duration) {
        EngageConnection connection = attacker.connection(RunnerProcess.HOST, runner.port());
        Measurement[] done = new Measurement[1];
        Thread thread = new Thread(() -> done[0] = attacker.viaRunner(
                List.of(connection),
                1,
                CallSpec.of(SoakRun.TEST_FUNCTION).header("X-Do", "read; headers 1000000; send x"),
                small,
                Expected.likeTheFirst(),
                ClosedLoop.Plan.lasting(Duration.ZERO, duration)));
        thread.start();
        return new Attack() {
            @Override
            public String stop() {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                attacker.await(connection::close);
                return String.valueOf(done[0]);
            }

            @Override
            public boolean endedRight() {
                return "502 function response header too large".equals(done[0].firstError());
            }
        };
    }

    private Attack streams(String name, Driver attacker, RunnerProcess runner) {
        return switch (name) {
            case "uploads" -> streams(attacker, runner, 10, 20, new FloodConnection.Stream(upload(), 0, true));
            case "documents" -> streams(attacker, runner, 10, 10, new FloodConnection.Stream(document(), 0, true));
            case "halves" -> streams(attacker, runner, 50, 200, new FloodConnection.Stream(half(), 0, true));
            case "unread" -> streams(attacker, runner, 20, 500, new FloodConnection.Stream(refused(), 0, false));
            case "idle" -> streams(attacker, runner, 50, 1000, new FloodConnection.Stream(new byte[0], 0, true));
            default -> streams(attacker, runner, 50, 100, new FloodConnection.Stream(document(), 1, true));
        };
    }

    private static Attack streams(
            Driver attacker, RunnerProcess runner, int connections, int each, FloodConnection.Stream kind) {
        NetClient client = attacker.vertx().createNetClient();
        List<FloodConnection> all = attacker.await(() -> {
            List<Future<FloodConnection>> opened = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                opened.add(client.connect(runner.port(), RunnerProcess.HOST)
                        .map(socket -> new FloodConnection(attacker.vertx(), socket, kind, each)));
            }
            return Future.all(opened).map(done -> done.<FloodConnection>list());
        });
        return () -> attacker.await(() -> {
            long ended = all.stream().mapToLong(FloodConnection::ended).sum();
            all.forEach(FloodConnection::close);
            return client.close().map(done -> connections * each + " streams at once, " + ended + " were ended");
        });
    }

    private byte[] upload() {
        byte[] frame = new byte[10 * 1024];
        Buffer bytes = Buffer.buffer().appendBuffer(message(tryCall(waits.document("flood"))));
        Buffer data = message(ClientMsg.newBuilder()
                .setData(DataFrame.newBuilder().setData(com.google.protobuf.ByteString.copyFrom(frame)))
                .build());
        while (bytes.length() < 8 * MIB) {
            bytes.appendBuffer(data);
        }
        return bytes.getBytes();
    }

    private byte[] document() {
        CallSpec large = waits.header("X-Large", "x".repeat(39 * MIB / 10));
        return message(tryCall(large.document("flood"))).getBytes();
    }

    /** A call that is refused for its image, with an answer that names it. */
    private static byte[] refused() {
        return message(tryCall("{\"id\": \"flood\", \"image\": \"" + "y".repeat(3000) + "\"}"))
                .getBytes();
    }

    /** The first half of a message. */
    private byte[] half() {
        byte[] whole = document();
        return Arrays.copyOf(whole, whole.length / 2);
    }

    private static ClientMsg tryCall(String document) {
        return ClientMsg.newBuilder()
                .setTry(TryCall.newBuilder().setModelsCallJson(document))
                .build();
    }

    private static Buffer message(ClientMsg message) {
        byte[] bytes = message.toByteArray();
        return Buffer.buffer().appendByte((byte) 0).appendInt(bytes.length).appendBytes(bytes);
    }
}
