package dev.berth.engine.docker;

import com.github.dockerjava.core.command.CreateContainerCmdImpl;
import dev.berth.engine.ContainerPlan;
import dev.berth.engine.EngineContainer;
import dev.berth.engine.ImageRequest;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * What we add to the engine's own create and start: the same container, once by bare requests over a blocking
 * socket and once by {@link DockerEngine} (which inspects the image too), in turns. Prints medians in ms.
 *
 * <p>Run with the number of pairs as the argument; the test class path is all it needs.
 */
final class ColdStartComparison {
    private final RealEngine real;
    private final ContainerOptions options;
    private final SocketChannel bare;
    private final DockerEngine engine;
    private final Map<String, List<Double>> verbs = new ConcurrentHashMap<>();
    private final List<Double> rest = new ArrayList<>();

    private ColdStartComparison(RealEngine real) throws IOException {
        this.real = real;
        this.options = new ContainerOptions(
                RealEngine.docker(Map.of()),
                new SocketPaths(Path.of("/tmp"), null),
                real.instances,
                new EngineFacts(false, "", "", true, "host", "x86_64", 2));
        this.engine = ScriptedEngines.engine(
                real.vertx,
                RealEngine.docker(Map.of()).host(),
                Map.of(),
                (verb, status, nanos) -> verbs.computeIfAbsent(verb, name -> new CopyOnWriteArrayList<>())
                        .add(nanos / 1e6));
        real.context.await(engine::start);
        this.bare = SocketChannel.open(StandardProtocolFamily.UNIX);
        bare.connect(UnixDomainSocketAddress.of(
                EngineAddress.of(RealEngine.docker(Map.of()).host(), false, null)
                        .socket()
                        .path()));
    }

    public static void main(String[] arguments) throws IOException {
        int pairs = arguments.length == 0 ? 20 : Integer.parseInt(arguments[0]);
        try (RealEngine real = RealEngine.start()) {
            ColdStartComparison comparison = new ColdStartComparison(real);
            comparison.run(3);
            comparison.run(pairs);
            comparison.bare.close();
            real.context.await(comparison.engine::close);
        }
    }

    private void run(int pairs) throws IOException {
        List<Double> bares = new ArrayList<>();
        List<Double> ours = new ArrayList<>();
        List<Double> differences = new ArrayList<>();
        for (int i = 0; i < pairs; i++) {
            boolean bareFirst = i % 2 == 0;
            double one = bareFirst ? bare() : ours();
            double other = bareFirst ? ours() : bare();
            bares.add(bareFirst ? one : other);
            ours.add(bareFirst ? other : one);
            differences.add(bareFirst ? other - one : one - other);
        }
        System.out.printf(
                "pairs %d: bare %.1f ms, ours %.1f ms, median of differences %.1f ms, slower in %d;"
                        + " of ours: inspect %.1f ms, create %.1f ms, start %.1f ms, all else %.1f ms%n",
                pairs,
                median(bares),
                median(ours),
                median(differences),
                differences.stream().filter(difference -> difference > 0).count(),
                median(verb("inspect_image")),
                median(verb("create_container")),
                median(verb("start_container")),
                median(rest));
        verbs.clear();
        rest.clear();
    }

    private double ours() {
        ContainerPlan plan = real.plan("sleep 60").build();
        long began = System.nanoTime();
        EngineContainer container = real.context.await(() -> engine.ensureImage(new ImageRequest(plan.image(), null))
                .compose(present -> engine.create(plan))
                .compose(created -> created.start().map(created)));
        double millis = (System.nanoTime() - began) / 1e6;
        rest.add(millis - last("inspect_image") - last("create_container") - last("start_container"));
        real.context.await(container::remove);
        return millis;
    }

    private List<Double> verb(String name) {
        return verbs.getOrDefault(name, List.of(0.0));
    }

    private double last(String name) {
        List<Double> all = verb(name);
        return all.get(all.size() - 1);
    }

    private double bare() throws IOException {
        ContainerPlan plan = real.plan("sleep 60").build();
        CreateContainerCmdImpl command = options.of(plan, "none");
        long began = System.nanoTime();
        post("/v1.41/containers/create?name=" + plan.id(), EngineApi.write(command));
        post("/v1.41/containers/" + plan.id() + "/start", Buffer.buffer());
        double millis = (System.nanoTime() - began) / 1e6;
        real.context.await(() -> real.api.removeContainer(plan.id()));
        return millis;
    }

    private void post(String path, Buffer body) throws IOException {
        String head = "POST " + path + " HTTP/1.1\r\nHost: docker\r\nContent-Type: application/json\r\nContent-Length: "
                + body.length() + "\r\n\r\n";
        bare.write(ByteBuffer.wrap((head + body).getBytes(StandardCharsets.UTF_8)));
        ByteBuffer answer = ByteBuffer.allocate(64 * 1024);
        String text;
        do {
            if (bare.read(answer) < 0) {
                throw new IOException("connection closed");
            }
            text = new String(answer.array(), 0, answer.position(), StandardCharsets.UTF_8);
        } while (!complete(text));
        if (!text.startsWith("HTTP/1.1 2")) {
            throw new IOException(text);
        }
    }

    private static boolean complete(String text) {
        int head = text.indexOf("\r\n\r\n");
        if (head < 0) {
            return false;
        }
        int length = text.indexOf("Content-Length: ");
        if (length < 0 || length > head) {
            return text.startsWith("HTTP/1.1 204");
        }
        int from = length + "Content-Length: ".length();
        return text.length() >= head + 4 + Integer.parseInt(text.substring(from, text.indexOf('\r', from)));
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.get(sorted.size() / 2);
    }
}
