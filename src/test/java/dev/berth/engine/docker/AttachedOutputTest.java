package dev.berth.engine.docker;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The two lanes of one connection, over a real socket. */
final class AttachedOutputTest {
    private final Vertx vertx = Vertx.vertx();
    private final OnContext context = new OnContext(vertx);
    private final List<String> seen = new CopyOnWriteArrayList<>();
    private NetSocket engine;
    private NetSocket ours;

    @BeforeEach
    void connect() {
        Promise<NetSocket> accepted = Promise.promise();
        NetServer server = vertx.createNetServer().connectHandler(accepted::tryComplete);
        context.await(() -> server.listen(0, "127.0.0.1"));
        ours = context.await(() -> vertx.createNetClient()
                .connect(server.actualPort(), "127.0.0.1")
                .onSuccess(NetSocket::pause));
        engine = context.await(accepted::future);
    }

    @AfterEach
    void stop() {
        new OnContext(vertx).begin(vertx::close).join();
    }

    private AttachedOutput output(Buffer first) {
        return context.await(
                () -> Future.succeededFuture(new AttachedOutput(new RawConnection(ours, first), () -> {})));
    }

    private void run(Runnable action) {
        context.await(() -> {
            action.run();
            return Future.succeededFuture();
        });
    }

    private void awaitCount(int count) {
        for (int i = 0; i < 500 && seen.size() < count; i++) {
            context.await(() -> vertx.timer(10));
        }
    }

    private void awaitSeen(String... expected) {
        awaitCount(expected.length);
        assertThat(seen).containsExactly(expected);
    }

    private static Buffer frame(int stream, String text) {
        return Buffer.buffer()
                .appendByte((byte) stream)
                .appendBytes(new byte[3])
                .appendInt(text.length())
                .appendString(text);
    }

    @Test
    void outputWaitsForItsReader() {
        AttachedOutput output = output(frame(1, "early"));
        engine.write(frame(2, "error")).onComplete(sent -> engine.end(frame(1, "late")));
        context.await(() -> vertx.timer(200));
        run(() -> {
            output.stdout().endHandler(end -> seen.add("end"));
            output.stdout().handler(piece -> seen.add(piece.toString()));
        });
        assertThat(seen).startsWith("early").doesNotContain("end");
        run(() -> output.stderr().handler(piece -> seen.add("err " + piece)));
        awaitCount(4);
        assertThat(seen).contains("err error").containsSubsequence("early", "late", "end");
    }

    @Test
    void piecesAreFetchedOneByOne() {
        AttachedOutput output = output(Buffer.buffer());
        run(() -> {
            output.stderr().handler(piece -> seen.add("err " + piece));
            output.stdout().pause();
            output.stdout().endHandler(end -> seen.add("end"));
            output.stdout().handler(piece -> seen.add(piece.toString()));
        });
        engine.write(frame(1, "a").appendBuffer(frame(1, "b")).appendBuffer(frame(1, "c")));
        engine.end();
        context.await(() -> vertx.timer(100));
        awaitSeen();
        run(() -> output.stdout().fetch(1));
        awaitSeen("a");
        run(() -> output.stdout().fetch(1));
        awaitSeen("a", "b");
        run(() -> output.stdout().resume());
        awaitSeen("a", "b", "c", "end");
    }

    @Test
    void laneNobodyReadsAnyMoreIsDrained() {
        AttachedOutput output = output(Buffer.buffer());
        run(() -> {
            output.stderr().handler(piece -> seen.add("err " + piece));
            output.stderr().handler(null);
            output.stdout().handler(piece -> seen.add(piece.toString()));
        });
        engine.write(frame(2, "lost").appendBuffer(frame(1, "kept")));
        awaitSeen("kept");
    }

    @Test
    void streamThatIsNoneFailsBothLanes() {
        AttachedOutput output = output(Buffer.buffer());
        run(() -> {
            output.stdout().exceptionHandler(cause -> seen.add("out failed"));
            output.stderr().exceptionHandler(cause -> seen.add("err failed"));
            output.stdout().handler(piece -> seen.add(piece.toString()));
            output.stderr().handler(piece -> seen.add(piece.toString()));
        });
        engine.write(Buffer.buffer("this is no frame at all"));
        awaitSeen("out failed", "err failed");
    }
}
