package dev.berth.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.stream.BusFaults.Fault;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many echoing streams at once on a bus that loses and repeats frames of every kind. */
final class StreamChaosTest {
    private static final int STREAMS = 200;

    private final EndpointPair pair =
            new EndpointPair(EndpointPair.config(Duration.ofMillis(20), Duration.ofSeconds(5)));

    @AfterEach
    void close() {
        pair.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void everyStreamEndsOnceAndThoseThatFinishAreWhole(long seed) {
        // Given
        loseAndRepeat(new Random(seed));
        AtomicInteger acceptedEnds = new AtomicInteger();
        AtomicInteger accepted = new AtomicInteger();
        pair.acceptor.run(() -> pair.acceptor.endpoint().acceptor(stream -> {
            accepted.incrementAndGet();
            stream.failureHandler(why -> acceptedEnds.incrementAndGet());
            stream.inbound()
                    .pipe()
                    .endOnFailure(false)
                    .to(stream.outbound())
                    .compose(nothing -> stream.finish("done"))
                    .onSuccess(nothing -> acceptedEnds.incrementAndGet());
        }));

        // When
        List<Caller> callers = pair.initiator.call(() -> {
            List<Caller> started = new ArrayList<>();
            for (int i = 0; i < STREAMS; i++) {
                started.add(new Caller(new Random(seed * STREAMS + i)));
            }
            return started;
        });
        pair.initiator.until(() -> callers.stream().allMatch(caller -> caller.ends > 0));
        pair.acceptor.until(() -> acceptedEnds.get() == accepted.get());
        pair.bus.none();

        // Then
        pair.assertNothingLeft();
        assertThat(callers).allMatch(caller -> caller.ends == 1);
        assertThat(callers)
                .allMatch(caller -> !caller.finished || caller.sent.getValue() == caller.received.getValue());
        assertThat(callers.stream().filter(caller -> caller.finished).count()).isBetween(STREAMS / 10L, STREAMS - 1L);
        assertThat(acceptedEnds).hasValue(accepted.get());
    }

    private void loseAndRepeat(Random random) {
        pair.bus.rule(envelope -> {
            synchronized (random) {
                return random.nextInt(100) == 0 ? Fault.DROP : Fault.PASS;
            }
        });
    }

    private final class Caller {
        final CRC32 sent = new CRC32();
        final CRC32 received = new CRC32();
        private final FrameStream stream;
        private final Random random;
        private int left;
        boolean finished;
        volatile int ends;

        Caller(Random random) {
            this.random = random;
            this.left = random.nextInt(40);
            stream = pair.initiator.endpoint().open(pair.acceptor.frames(), "call", EndpointPair.WINDOW);
            stream.inbound().handler(bytes -> received.update(bytes.getBytes()));
            stream.finishHandler(end -> {
                finished = true;
                end();
            });
            stream.failureHandler(why -> end());
            stream.outbound().drainHandler(nothing -> write());
            write();
        }

        private void end() {
            ends++;
        }

        private void write() {
            while (left > 0 && !stream.outbound().writeQueueFull()) {
                byte[] piece = new byte[1 + random.nextInt(10_000)];
                random.nextBytes(piece);
                sent.update(piece);
                stream.outbound().write(Buffer.buffer(piece));
                left--;
            }
            if (left == 0) {
                left = -1;
                stream.outbound().end();
            }
        }
    }
}
