package dev.berth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.RegistryMessage.ContainerEnding;
import dev.berth.bus.RegistryMessage.ContainerGone;
import dev.berth.bus.RegistryMessage.ContainerReleased;
import dev.berth.call.SlotKey;
import dev.berth.conformance.Rule;
import dev.berth.error.ErrorCode;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Functions whose processes end with their first answer. */
final class OneShotFunctionsTest {
    private static final SlotKey FUNCTION = new SlotKey(new byte[] {1});
    private static final SlotKey OTHER = new SlotKey(new byte[] {2});

    private final OneShotFunctions functions = new OneShotFunctions();

    private OneShotFunctions.Watch answered(SlotKey function) {
        OneShotFunctions.Watch watch = functions.watch(function);
        watch.answers();
        return watch;
    }

    @Test
    void aFunctionIsKnownOnceAProcessOfItHasEndedWithItsFirstAnswer() {
        OneShotFunctions.Watch first = answered(FUNCTION);
        assertThat(first.mayBeEnding()).isFalse();
        first.exited();

        assertThat(functions.watch(FUNCTION).mayBeEnding()).isFalse();
        assertThat(answered(FUNCTION).mayBeEnding()).isTrue();
        assertThat(answered(OTHER).mayBeEnding()).isFalse();
    }

    @Test
    void aFunctionThatAnswersTwiceIsForgotten() {
        answered(FUNCTION).exited();
        OneShotFunctions.Watch lasting = answered(FUNCTION);
        lasting.answers();

        assertThat(lasting.mayBeEnding()).isFalse();
        assertThat(answered(FUNCTION).mayBeEnding()).isFalse();
    }

    @Test
    void anEndWithoutAnAnswerOrAfterTheSecondOrByRemovalSaysNothing() {
        functions.watch(FUNCTION).exited();
        OneShotFunctions.Watch twice = answered(FUNCTION);
        twice.answers();
        twice.exited();
        OneShotFunctions.Watch removed = answered(FUNCTION);
        removed.removed();
        removed.exited();

        assertThat(answered(FUNCTION).mayBeEnding()).isFalse();
    }

    /** It was removed for that before the engine had told of its end. */
    @Test
    void aFunctionIsKnownOnceAProcessOfItHasHungUpOnItsSecondCall() {
        functions.watch(OTHER).hangsUp();
        OneShotFunctions.Watch first = answered(FUNCTION);
        first.hangsUp();
        first.removed();
        first.exited();

        assertThat(answered(FUNCTION).mayBeEnding()).isTrue();
        assertThat(answered(OTHER).mayBeEnding()).isFalse();
    }

    /** Of a new container, whose process ends while the call waits for its answer; the container's name. */
    private static String secondCallIsHandedBack(WorkerRig rig) throws Exception {
        String id = rig.ready();
        assertThat(rig.call(id).endBody().code()).isNull();
        rig.heard(ContainerReleased.class);
        TestCall call = rig.call(id).write("again").endBody();
        rig.settle();
        rig.engine.last().exit(0);

        assertThat(call.code()).isEqualTo(ErrorCode.SLOT_GONE);
        rig.heard(ContainerEnding.class);
        return id;
    }

    @Test
    @Rule("container-one-shot")
    void noMoreThanOneCallIsLostThoughTheEngineIsSlowToTell() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            rig.engine.serve(talk -> {
                talk.readHead();
                talk.readBody();
                talk.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                talk.readHead();
            });
            String first = rig.ready();
            assertThat(rig.call(first).endBody().code()).isNull();
            rig.heard(ContainerReleased.class);
            assertThat(rig.call(first).endBody().code()).isEqualTo(ErrorCode.RESPONSE_BROKEN);
            rig.heard(ContainerEnding.class);
            rig.heard(ContainerGone.class);

            rig.assertGone(secondCallIsHandedBack(rig));
        }
    }

    /** Its socket goes on to take what it is sent until it has ended. */
    @Test
    @Rule("container-one-shot")
    void aSecondCallToAFunctionThatEndsWithItsAnswersIsHandedBack() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            CountDownLatch over = new CountDownLatch(1);
            rig.engine.serve(talk -> {
                talk.readHead();
                talk.readBody();
                talk.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                over.await();
            });
            String first = rig.ready();
            assertThat(rig.call(first).endBody().code()).isNull();
            rig.heard(ContainerReleased.class);
            rig.engine.last().exit(0);
            rig.heard(ContainerEnding.class);
            rig.heard(ContainerGone.class);

            String second = secondCallIsHandedBack(rig);
            over.countDown();
            rig.assertGone(second);
        }
    }

    @Test
    @Rule("container-one-shot")
    void oneThatGoesOnGetsTheCall() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            String first = rig.ready();
            assertThat(rig.call(first).endBody().code()).isNull();
            rig.heard(ContainerReleased.class);
            rig.engine.last().exit(0);
            rig.heard(ContainerEnding.class);
            rig.heard(ContainerGone.class);

            String second = rig.ready();
            for (int i = 0; i < 3; i++) {
                TestCall call = rig.call(second).write("body").endBody();
                assertThat(call.code()).isNull();
                assertThat(call.body()).isEqualTo("body");
                rig.heard(ContainerReleased.class);
            }
        }
    }
}
