package dev.berth.engine.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.model.AuthConfig;
import com.github.dockerjava.api.model.Container;
import dev.berth.config.ConfigLoader;
import dev.berth.config.DockerConfig;
import dev.berth.config.RunnerConfig;
import dev.berth.engine.ContainerPlan;
import dev.berth.engine.EngineContainer;
import dev.berth.engine.ExitStatus;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.streams.ReadStream;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The container engine of this machine, with an image made of the local static busybox. A test that has no
 * engine fails; it is never skipped. What a test leaves on the engine fails it too.
 */
final class RealEngine implements AutoCloseable {
    /** The tag is to be changed with the image's content: an image that is there is used. */
    static final String IMAGE = "berth-it:2";

    /** There is no pool unless a test asks for one; empty is not set, so that places are held ready. */
    static final String POOL_SIZE = "FN_EXPERIMENTAL_PREFORK_POOL_SIZE";

    static final String PLACES = "BERTH_DOCKER_PREFORK_POOL_SIZE";

    private static final List<Path> BUSYBOX = List.of(Path.of("/bin/busybox"), Path.of("/usr/bin/busybox"));
    private static final List<String> APPLETS = List.of(
            "sh",
            "cat",
            "cp",
            "dd",
            "echo",
            "env",
            "false",
            "grep",
            "head",
            "hostname",
            "id",
            "kill",
            "ls",
            "mkdir",
            "mount",
            "nc",
            "sleep",
            "sort",
            "stat",
            "tail",
            "touch",
            "tr",
            "true",
            "wc",
            "whoami");
    private static final String RUN_SCRIPT = "[\"/bin/sh\",\"-c\",\"eval \\\"$SCRIPT\\\"\"]";
    private static final Duration LIMIT = Duration.ofMinutes(1);

    final Vertx vertx = Vertx.vertx();
    final OnContext context = new OnContext(vertx);
    final TestInstances instances = new TestInstances("berth-it-" + UUID.randomUUID());
    final EngineApi api;
    final DockerEngine engine;

    private RealEngine(Map<String, String> environment) {
        RunnerConfig config = config(environment);
        EngineAddress address = EngineAddress.of(config.docker().host(), false, null);
        api = new EngineApi(new EngineHttp(vertx, address));
        engine = engine(config, instances);
    }

    /** With Docker's and Fn's variables of this environment. */
    static RealEngine start(Map<String, String> environment) {
        RealEngine real = new RealEngine(environment);
        try {
            real.context.await(real.engine::start);
            real.makeImage(IMAGE, "CMD " + RUN_SCRIPT);
            return real;
        } catch (RuntimeException e) {
            real.vertx.close();
            throw new AssertionError("these tests need a container engine: " + e.getMessage(), e);
        }
    }

    static RealEngine start() {
        return start(Map.of());
    }

    static DockerConfig docker(Map<String, String> environment) {
        return config(environment).docker();
    }

    private static RunnerConfig config(Map<String, String> environment) {
        Map<String, String> all = new HashMap<>(environment);
        String host = System.getenv("DOCKER_HOST");
        if (host != null) {
            all.putIfAbsent("DOCKER_HOST", host);
        }
        return ConfigLoader.load(null, all, Map.of()).config();
    }

    boolean podman() {
        return engine.name().equals("podman");
    }

    /** Another engine object on the same engine, not started. */
    DockerEngine another(Map<String, String> environment, TestInstances who) {
        return engine(config(environment), who);
    }

    private DockerEngine engine(RunnerConfig config, TestInstances who) {
        return new DockerEngine(
                vertx,
                config.docker(),
                config.engine(),
                who,
                new SocketPaths(config.worker().socketRoot(), config.worker().engineSocketRoot()));
    }

    /** An image of busybox, unless there is one of that name; {@code changes} are lines of a Dockerfile. */
    void makeImage(String name, String... changes) {
        makeImage(name, "nothing".getBytes(StandardCharsets.UTF_8), changes);
    }

    /** With a file of this content, to be unlike any other image. */
    void makeImage(String name, byte[] content, String... changes) {
        if (context.await(() -> api.inspectImage(name)).isPresent()) {
            return;
        }
        int colon = name.lastIndexOf(':');
        StringBuilder path = new StringBuilder("/images/create?fromSrc=-&repo=")
                .append(encode(name.substring(0, colon)))
                .append("&tag=")
                .append(encode(name.substring(colon + 1)));
        for (String change : changes) {
            path.append("&changes=").append(encode(change));
        }
        EngineRequest request =
                new EngineRequest("import_image", HttpMethod.POST, path.toString(), null, Map.of(), LIMIT);
        EngineResponse reply = context.await(() -> api.http()
                .open(request, sent -> sent.send(Buffer.buffer(fileSystem(content))))
                .compose(api.http()::whole));
        assertThat(reply.ok()).as(reply.message()).isTrue();
        assertThat(reply.body().toString()).doesNotContain("errorDetail");
    }

    void removeImage(String name) {
        EngineResponse reply = context.await(() -> api.removeImage(name));
        assertThat(reply.ok() || reply.status() == 404).as(reply.message()).isTrue();
    }

    boolean hasImage(String name) {
        return context.await(() -> api.inspectImage(name)).isPresent();
    }

    /** Pushes to a registry, and takes the image off the engine. */
    void moveTo(String name, @Nullable AuthConfig credentials) {
        int colon = name.lastIndexOf(':');
        String path = "/images/" + name.substring(0, colon) + "/push?tag=" + name.substring(colon + 1);
        byte[] auth = EngineApi.write(credentials == null ? new AuthConfig() : credentials)
                .getBytes();
        EngineRequest request = EngineRequest.post("push_image", path, LIMIT)
                .withHeaders(Map.of("X-Registry-Auth", Base64.getUrlEncoder().encodeToString(auth)));
        EngineResponse reply = context.await(() -> api.http().call(request));
        assertThat(reply.body().toString()).doesNotContain("errorDetail");
        assertThat(reply.ok()).as(reply.message()).isTrue();
        removeImage(name);
    }

    /** Writes the image to an archive. */
    void save(String name, Path file) throws IOException {
        EngineResponse reply = context.await(
                () -> api.http().call(EngineRequest.get("save_image", "/images/" + name + "/get", LIMIT)));
        assertThat(reply.ok()).as(reply.message()).isTrue();
        Files.write(file, reply.body().getBytes());
    }

    private static byte[] fileSystem(byte[] content) {
        TarArchive tar =
                new TarArchive().folder("bin", 0755).folder("tmp", 01777).folder("etc", 0755);
        tar.file("bin/busybox", 0755, busybox());
        APPLETS.forEach(applet -> tar.link("bin/" + applet, "busybox"));
        return tar.file("content", 0644, content).bytes();
    }

    private static byte[] busybox() {
        Path file = BUSYBOX.stream()
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new AssertionError("these tests need a static busybox (package busybox-static)"));
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** A container that runs a shell script. */
    PlanBuilder plan(String script) {
        return new PlanBuilder(script);
    }

    EngineContainer create(ContainerPlan plan) {
        return context.await(() -> engine.create(plan));
    }

    /** Creates, starts, waits for the end, removes. */
    ExitStatus run(ContainerPlan plan) {
        EngineContainer container = create(plan);
        try {
            context.await(container::start);
            return context.await(container::exit);
        } finally {
            context.await(container::remove);
        }
    }

    /** What a script writes to stdout. */
    String output(PlanBuilder plan) {
        EngineContainer container =
                create(plan.attach(ContainerPlan.Attach.OUTPUT).build());
        try {
            context.await(container::start);
            return context.await(() -> collect(
                            container.streams().stdout(), container.streams().stderr()))
                    .toString();
        } finally {
            context.await(container::remove);
        }
    }

    /** All of the first; the second must be read too, or it would hold up the first. */
    static Future<Buffer> collect(ReadStream<Buffer> stream, ReadStream<Buffer> other) {
        Promise<Buffer> all = Promise.promise();
        Buffer bytes = Buffer.buffer();
        stream.exceptionHandler(all::tryFail);
        stream.endHandler(end -> all.tryComplete(bytes));
        other.handler(piece -> {});
        stream.handler(bytes::appendBuffer);
        return all.future();
    }

    List<Container> ours() {
        return context.await(() -> api.listContainers(ContainerLabels.OWNER, instances.owner()));
    }

    @Override
    public void close() {
        List<Container> left = ours();
        left.forEach(container -> context.await(() -> api.removeContainer(container.getId())));
        context.await(engine::close);
        context.await(() -> api.http().close());
        new OnContext(vertx).begin(vertx::close).join();
        assertThat(left).as("containers a test left behind").isEmpty();
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** A plan with a test's requests. */
    final class PlanBuilder {
        private final Map<String, String> env = new HashMap<>();
        private String id = "it" + UUID.randomUUID().toString().replace("-", "").substring(0, 24);
        private String image = IMAGE;
        private long memoryMiB = 64;
        private long cpuMillis;
        private long tmpfsMiB;
        private @Nullable Path sockets;
        private @Nullable String syslogUrl;
        private boolean networkDisabled = true;
        private ContainerPlan.Attach attach = ContainerPlan.Attach.NONE;

        PlanBuilder(String script) {
            env.put("SCRIPT", script);
        }

        PlanBuilder id(String value) {
            id = value;
            return this;
        }

        PlanBuilder image(String value) {
            image = value;
            return this;
        }

        PlanBuilder env(String key, String value) {
            env.put(key, value);
            return this;
        }

        PlanBuilder memoryMiB(long value) {
            memoryMiB = value;
            return this;
        }

        PlanBuilder cpuMillis(long value) {
            cpuMillis = value;
            return this;
        }

        PlanBuilder tmpfsMiB(long value) {
            tmpfsMiB = value;
            return this;
        }

        PlanBuilder sockets(Path value) {
            sockets = value;
            return this;
        }

        PlanBuilder syslogUrl(String value) {
            syslogUrl = value;
            return this;
        }

        PlanBuilder network() {
            networkDisabled = false;
            return this;
        }

        PlanBuilder attach(ContainerPlan.Attach value) {
            attach = value;
            return this;
        }

        ContainerPlan build() {
            return new ContainerPlan(
                    id,
                    image,
                    env,
                    memoryMiB,
                    cpuMillis,
                    tmpfsMiB,
                    sockets,
                    syslogUrl,
                    "app_id=app,fn_id=fn",
                    networkDisabled,
                    attach);
        }
    }
}
