package dev.berth.engine.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.engine.ContainerPlan.Attach;
import dev.berth.engine.ContainerStreams;
import dev.berth.engine.EngineContainer;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A container's standard streams on the real engine. */
final class AttachIT {
    private RealEngine real;

    @BeforeEach
    void start() {
        real = RealEngine.start();
    }

    @AfterEach
    void stop() {
        real.close();
    }

    @Test
    void unattachedContainerHasNoStreams() {
        EngineContainer container = real.create(real.plan("true").build());
        real.context.await(container::start);
        assertThat(container.streams()).isNull();
        real.context.await(container::remove);
    }

    @Test
    void stdoutAndStderrAreToldApart() {
        EngineContainer container = real.create(real.plan("echo out; echo err >&2; exit 4")
                .attach(Attach.OUTPUT)
                .build());
        real.context.await(container::start);
        ContainerStreams streams = container.streams();

        assertThat(streams.stdin()).isNull();
        Buffer errors = Buffer.buffer();
        real.context.await(() -> {
            streams.stderr().handler(errors::appendBuffer);
            return Future.succeededFuture();
        });
        Buffer output = real.context.await(() -> {
            Future<Buffer> all = RealEngine.collect(streams.stdout(), streams.stderr());
            streams.stderr().handler(errors::appendBuffer);
            return all;
        });
        assertThat(output).hasToString("out\n");
        assertThat(errors).hasToString("err\n");
        assertThat(real.context.await(container::exit).code()).isEqualTo(4);
        real.context.await(container::remove);
    }

    @Test
    void everyByteOfStdinComesBackAndItsEndIsSeen() {
        Buffer sent = Buffer.buffer(new byte[8 << 20]);
        for (int i = 0; i < sent.length(); i++) {
            sent.setByte(i, (byte) (i * 31 + i / 7));
        }
        EngineContainer container =
                real.create(real.plan("cat").attach(Attach.ALL).build());
        real.context.await(container::start);
        ContainerStreams streams = container.streams();

        CompletableFuture<Buffer> echoed =
                real.context.begin(() -> RealEngine.collect(streams.stdout(), streams.stderr()));
        real.context.await(() -> streams.stdin().end(sent));

        assertThat(echoed.join()).isEqualTo(sent);
        assertThat(real.context.await(container::exit).code()).isZero();
        real.context.await(container::remove);
    }

    @Test
    void pausedReaderHoldsUpTheContainerAndLosesNothing() {
        int size = 4 << 20;
        EngineContainer container = real.create(real.plan("head -c " + size + " /dev/zero; echo done >&2")
                .attach(Attach.OUTPUT)
                .build());
        real.context.await(container::start);
        ContainerStreams streams = container.streams();
        Buffer errors = Buffer.buffer();
        CompletableFuture<Buffer> all = real.context.begin(() -> {
            streams.stdout().pause();
            Future<Buffer> output = RealEngine.collect(streams.stdout(), streams.stderr());
            streams.stderr().handler(errors::appendBuffer);
            return output;
        });

        real.context.await(() -> real.vertx.timer(500));
        assertThat(errors.length()).isZero();
        assertThat(all).isNotDone();

        real.context.await(() -> {
            streams.stdout().resume();
            return Future.succeededFuture();
        });
        assertThat(all.join().length()).isEqualTo(size);
        assertThat(errors).hasToString("done\n");
        real.context.await(container::remove);
    }

    @Test
    void removingAContainerWhoseOutputNobodyReadsIsNotHeldUp() {
        EngineContainer container =
                real.create(real.plan("cat /dev/zero").attach(Attach.ALL).build());
        real.context.await(container::start);
        real.context.await(() -> real.vertx.timer(300));
        real.context.await(container::remove);
        assertThat(real.ours()).isEmpty();
    }
}
