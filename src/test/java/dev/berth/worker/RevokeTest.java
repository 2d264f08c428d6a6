package dev.berth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.RegistryMessage.ContainerReleased;
import dev.berth.bus.RegistryMessage.LeaseClaimed;
import dev.berth.bus.RegistryMessage.ReturnLease;
import dev.berth.bus.WorkerMessage.RevokeLease;
import dev.berth.error.ErrorCode;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Leases that the registry takes back: only their worker knows whether their calls have come. */
final class RevokeTest {
    private static final String ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    @Test
    void aLeaseThatIsTakenBackIsFreeAndItsCallComesTooLate() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            rig.engine.serve(talk -> {
                talk.readHead();
                talk.readBody();
                talk.write(ANSWER);
                talk.readToEnd();
            });
            String id = rig.ready();
            rig.tell(new RevokeLease(id, 70));
            assertThat(rig.heard(ReturnLease.class)).isEqualTo(new ReturnLease(id, 70));

            assertThat(rig.call(id, 70, rig.request()).code()).isEqualTo(ErrorCode.SLOT_GONE);
            rig.call(id, 71, rig.request()).endBody().over();
            assertThat(rig.heard(ContainerReleased.class).lease()).isEqualTo(71);
            rig.remove(id);
            rig.assertGone(id);
        }
    }

    @Test
    void aLeaseWhoseCallHasComeIsNotTakenBack() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            CountDownLatch come = new CountDownLatch(1);
            CountDownLatch answer = new CountDownLatch(1);
            rig.engine.serve(talk -> {
                talk.readHead();
                talk.readBody();
                come.countDown();
                assertThat(answer.await(20, TimeUnit.SECONDS)).isTrue();
                talk.write(ANSWER);
                talk.readToEnd();
            });
            String id = rig.ready();
            TestCall call = rig.call(id, 70, rig.request()).endBody();
            come.await();
            rig.tell(new RevokeLease(id, 70));
            assertThat(rig.heard(LeaseClaimed.class)).isEqualTo(new LeaseClaimed(id, 70));

            answer.countDown();
            call.over();
            rig.heard(ContainerReleased.class);
            rig.tell(new RevokeLease(id, 70));
            rig.remove(id);
            rig.assertGone(id);
        }
    }
}
