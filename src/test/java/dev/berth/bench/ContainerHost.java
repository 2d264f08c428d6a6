package dev.berth.bench;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Functions in containers, confined as the runner confines them. */
final class ContainerHost implements FunctionHost {
    private static final String LABEL = "dev.berth.bench";
    private static final long MEMORY = 128L << 20;
    private static final int MAX_PIDS = 50;
    private static final double NANOS_PER_MILLI = 1e6;

    private final EngineApi engine;
    private final AtomicInteger count = new AtomicInteger();
    private final String owner = Long.toString(ProcessHandle.current().pid());

    ContainerHost(EngineApi engine) {
        this.engine = engine;
        removeLeftovers();
    }

    /** Of runs that were killed. */
    private void removeLeftovers() {
        for (Object each : engine.list(List.of(LABEL))) {
            JsonObject container = (JsonObject) each;
            String pid = container.getJsonObject("Labels").getString(LABEL);
            if (!Files.exists(Path.of("/proc", pid))) {
                engine.remove(container.getString("Id"));
            }
        }
    }

    @Override
    public BareFunction start(String function) {
        String name = "bench-" + owner + "-" + count.incrementAndGet();
        SocketFolder folder = SocketFolder.make();
        long start = System.nanoTime();
        try {
            engine.create(name, container("berth/" + function, folder.path()));
            engine.start(name);
            folder.await();
        } catch (RuntimeException e) {
            stop(name, folder);
            throw e;
        }
        double millis = (System.nanoTime() - start) / NANOS_PER_MILLI;
        return new BareFunction(folder.socket(), millis, () -> stop(name, folder));
    }

    private void stop(String name, SocketFolder folder) {
        engine.remove(name);
        try {
            folder.close();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private JsonObject container(String image, Path folder) {
        return new JsonObject()
                .put("Image", image)
                .put("User", "1000:1000")
                .put(
                        "Env",
                        new JsonArray()
                                .add("FN_FORMAT=http-stream")
                                .add("FN_LISTENER=unix:/tmp/iofs/lsnr.sock")
                                .add("FN_MEMORY=128"))
                .put("Labels", new JsonObject().put(LABEL, owner))
                .put(
                        "HostConfig",
                        new JsonObject()
                                .put("Binds", new JsonArray().add(folder + ":/tmp/iofs"))
                                .put("CapDrop", new JsonArray().add("all"))
                                .put("SecurityOpt", new JsonArray().add("no-new-privileges"))
                                .put("LogConfig", new JsonObject().put("Type", "none"))
                                .put("Memory", MEMORY)
                                .put("MemorySwap", MEMORY)
                                .put("PidsLimit", MAX_PIDS)
                                .put(
                                        "Ulimits",
                                        new JsonArray()
                                                .add(ulimit("nofile", 350))
                                                .add(ulimit("memlock", 65_536))
                                                .add(ulimit("sigpending", 5_000))
                                                .add(ulimit("msgqueue", 819_200)))
                                .put("ReadonlyRootfs", true)
                                .put("Tmpfs", new JsonObject().put("/tmp", ""))
                                .put("Init", true));
    }

    private static JsonObject ulimit(String name, int value) {
        return new JsonObject().put("Name", name).put("Soft", value).put("Hard", value);
    }

    @Override
    public String kind() {
        return "docker";
    }

    @Override
    public String description() {
        JsonObject version = engine.version();
        return version.getJsonArray("Components").getJsonObject(0).getString("Name") + " "
                + version.getString("Version") + ", API " + version.getString("ApiVersion");
    }
}
