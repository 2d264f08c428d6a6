package dev.berth.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayDeque;
import java.util.Deque;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class RequestBodyTest {
    private static final int WINDOW = 1000;

    private final Deque<Runnable> later = new ArrayDeque<>();
    private int drains;
    private final RequestBody body = new RequestBody(later::add, () -> drains++);

    @Test
    void nothingIsSentBeforeThereIsAStream() {
        assertThat(body.full()).isTrue();
        body.write(Buffer.buffer("a"));
        FakeFrameStream stream = new FakeFrameStream(WINDOW);

        body.connect(stream, WINDOW);

        assertThat(stream.sent).hasToString("a");
        assertThat(body.full()).isFalse();
    }

    @Test
    void theEndFollowsTheLastByteOnce() {
        FakeFrameStream stream = new FakeFrameStream(1);
        body.connect(stream, 1);
        body.write(Buffer.buffer("a"));
        body.write(Buffer.buffer("b"));
        body.end();
        assertThat(stream.ends).isZero();

        stream.grant(10);
        runLater();
        stream.grant(10);
        runLater();

        assertThat(stream.sent).hasToString("ab");
        assertThat(stream.ends).isEqualTo(1);
    }

    @Test
    void aRefusedCallIsSentWholeAgainWithItsEnd() {
        FakeFrameStream refused = new FakeFrameStream(WINDOW);
        body.connect(refused, WINDOW);
        body.write(Buffer.buffer("ab"));
        body.write(Buffer.buffer("cd"));
        body.end();
        body.disconnect();

        FakeFrameStream stream = new FakeFrameStream(WINDOW);
        body.connect(stream, WINDOW);

        assertThat(stream.sent).hasToString("abcd");
        assertThat(stream.ends).isEqualTo(1);
    }

    @Test
    void drainThatComesWithARefusalDoesNotCountAsTaking() {
        FakeFrameStream refused = new FakeFrameStream(WINDOW);
        body.connect(refused, WINDOW);
        body.write(Buffer.buffer(new byte[WINDOW]));
        body.write(Buffer.buffer("more"));
        refused.grant(WINDOW);
        body.disconnect();
        runLater();

        FakeFrameStream stream = new FakeFrameStream(2 * WINDOW);
        body.connect(stream, 2 * WINDOW);

        assertThat(stream.sent.length()).isEqualTo(WINDOW + 4);
    }

    @Test
    void nothingIsKeptOnceTheWorkerHasTakenTheCall() {
        FakeFrameStream stream = new FakeFrameStream(WINDOW);
        body.connect(stream, WINDOW);
        body.write(Buffer.buffer("abc"));
        assertThat(body.held()).isEqualTo(3);

        body.markTaken();
        body.write(Buffer.buffer("abc"));

        assertThat(body.held()).isZero();
    }

    @Test
    void creditBeyondTheFirstWindowProvesTheTaking() {
        FakeFrameStream stream = new FakeFrameStream(WINDOW);
        body.connect(stream, WINDOW);
        body.write(Buffer.buffer(new byte[WINDOW]));
        assertThat(body.held()).isEqualTo(WINDOW);
        stream.grant(WINDOW);
        runLater();

        body.write(Buffer.buffer("x"));

        assertThat(drains).isEqualTo(1);
        assertThat(body.held()).isZero();
    }

    @Property(tries = 300)
    void whateverTheCreditAllBytesArriveInOrderAndLittleIsHeld(
            @ForAll @Size(min = 1, max = 40) java.util.List<@IntRange(min = 1, max = 700) Integer> steps) {
        RequestBody fresh = new RequestBody(later::add, () -> {});
        FakeFrameStream stream = new FakeFrameStream(WINDOW);
        fresh.connect(stream, WINDOW);
        Buffer written = Buffer.buffer();
        for (int size : steps) {
            if (fresh.full()) {
                stream.grant(size);
                runLater();
            } else {
                byte[] piece = new byte[size];
                java.util.Arrays.fill(piece, (byte) written.length());
                written.appendBytes(piece);
                fresh.write(Buffer.buffer(piece));
            }
            assertThat(fresh.held()).isLessThanOrEqualTo(WINDOW + 2 * 700);
        }
        fresh.end();
        while (stream.ends == 0) {
            stream.grant(500);
            runLater();
        }
        assertThat(stream.sent).isEqualTo(written);
    }

    private void runLater() {
        Runnable task;
        while ((task = later.poll()) != null) {
            task.run();
        }
    }
}
