package dev.berth.engine.docker;

import static dev.berth.engine.docker.ScriptedEngine.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.engine.ContainerPlan;
import dev.berth.engine.ContainerPlan.Attach;
import dev.berth.engine.EngineContainer;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Output that an engine passes on only while it removes the container. */
final class LastOutputTest {
    private static final String CONTAINER = "/containers/01H";
    private static final Buffer LATE = frame("late\n");

    private final Vertx vertx = Vertx.vertx();
    private final OnContext context = new OnContext(vertx);
    private final AtomicReference<NetSocket> attached = new AtomicReference<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private ScriptedEngine script;
    private DockerEngine engine;

    /** As the engine sends it: the stream's number, three zeros, and the length. */
    private static Buffer frame(String text) {
        return Buffer.buffer()
                .appendBytes(new byte[] {1, 0, 0, 0})
                .appendInt(text.length())
                .appendString(text);
    }

    @BeforeEach
    void start(@TempDir Path folder) {
        script = new ScriptedEngine(vertx, folder);
        script.on("POST /containers/create", json(201, "{\"Id\":\"" + "ab".repeat(32) + "\"}"));
        script.on("POST " + CONTAINER + "/start", json(204, ""));
        String front = folder.resolve("front.sock").toString();
        context.await(() ->
                vertx.createNetServer().connectHandler(this::accept).listen(SocketAddress.domainSocketAddress(front)));
        engine = ScriptedEngines.engine(vertx, "unix://" + front, Map.of(), EngineCallListener.NONE);
        context.await(engine::start);
    }

    /** A server of HTTP cannot answer a POST by an upgrade: that is done here, the rest is the script's. */
    private void accept(NetSocket client) {
        client.handler(first -> {
            if (first.toString().contains("/attach?")) {
                client.write("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
                client.closeHandler(gone -> closed.complete(null));
                attached.set(client);
                return;
            }
            client.pause();
            vertx.createNetClient()
                    .connect(SocketAddress.domainSocketAddress(script.address().substring("unix://".length())))
                    .onSuccess(scripted -> {
                        scripted.write(first);
                        client.pipeTo(scripted);
                        scripted.pipeTo(client);
                    });
        });
    }

    @AfterEach
    void stop() {
        context.await(engine::close);
        script.close();
        new OnContext(vertx).begin(vertx::close).join();
    }

    private CompletableFuture<Buffer> outputOfRemoved() {
        EngineContainer container = context.await(() -> engine.create(
                new ContainerPlan("01H", "fn:1", Map.of(), 0, 0, 0, null, null, "", true, Attach.OUTPUT)));
        context.await(container::start);
        CompletableFuture<Buffer> output = context.begin(() -> RealEngine.collect(
                container.streams().stdout(), container.streams().stderr()));
        context.await(container::remove);
        return output;
    }

    @Test
    void isRead() {
        script.on(
                "DELETE " + CONTAINER,
                request -> attached.get()
                        .end(LATE)
                        .onComplete(
                                sent -> request.response().setStatusCode(204).end()));
        assertThat(outputOfRemoved().join()).hasToString("late\n");
        closed.join();
    }

    @Test
    void isWaitedForNoLongerThanAMoment() {
        script.on(
                "DELETE " + CONTAINER,
                request -> attached.get()
                        .write(LATE)
                        .onComplete(
                                sent -> request.response().setStatusCode(204).end()));
        assertThat(outputOfRemoved().join()).hasToString("late\n");
        closed.join();
    }
}
