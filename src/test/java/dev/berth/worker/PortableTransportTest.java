package dev.berth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.RegistryMessage.ContainerReleased;
import dev.berth.error.ErrorCode;
import io.vertx.core.buffer.Buffer;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Functions over Java's own sockets, where the machine has no native transport. */
final class PortableTransportTest {
    private static final int BIG = 4 << 20;

    @Test
    void callsGoOverOneConnectionWithBodiesOfAnySize() throws Exception {
        try (WorkerRig rig = new WorkerRig(new RigSettings().portable())) {
            String id = rig.ready();
            for (int i = 0; i < 20; i++) {
                TestCall call = rig.call(id).write("call " + i).endBody();
                assertThat(call.code()).isNull();
                assertThat(call.body()).isEqualTo("call " + i);
                rig.heard(ContainerReleased.class);
            }
            TestCall big = rig.call(id);
            big.writeAll(Buffer.buffer("x".repeat(BIG)));
            assertThat(big.endBody().code()).isNull();
            assertThat(big.bodyLength()).isEqualTo(BIG);
            rig.heard(ContainerReleased.class);
            assertThat(rig.engine.last().function().accepted()).isEqualTo(1);
            rig.remove(id);
            rig.assertGone(id);
        }
    }

    @Test
    void whatWaitsUnheardIsNotTheNextAnswer() throws Exception {
        try (WorkerRig rig = new WorkerRig(new RigSettings().portable())) {
            CountDownLatch speak = new CountDownLatch(1);
            CountDownLatch spoken = new CountDownLatch(1);
            rig.engine.serve(talk -> {
                talk.readHead();
                talk.readBody();
                talk.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                if (rig.engine.last().function().accepted() == 1) {
                    speak.await();
                    talk.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno");
                    spoken.countDown();
                }
                talk.readToEnd();
            });
            String id = rig.ready();
            assertThat(rig.call(id).endBody().code()).isNull();
            rig.heard(ContainerReleased.class);
            WorkerRig.Hold hold = rig.holdUp();
            TestCall call = rig.call(id).endBody();
            rig.settleCaller();
            speak.countDown();
            spoken.await();
            hold.release();
            assertThat(call.code()).isNull();
            assertThat(call.body()).isEqualTo("ok");
        }
    }

    @Test
    void aFunctionThatCannotBeReachedHasFailedToStart() throws Exception {
        try (WorkerRig rig = new WorkerRig(new RigSettings().portable())) {
            String id = rig.ready();
            rig.engine.last().function().close();
            assertThat(rig.call(id).endBody().code()).isEqualTo(ErrorCode.INIT_FAILED);
            rig.assertNothingLeft();
        }
    }
}
