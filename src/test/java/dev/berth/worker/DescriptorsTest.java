package dev.berth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.RegistryMessage.ContainerReleased;
import dev.berth.error.Descriptors;
import dev.berth.error.ErrorCode;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Too few file descriptors are the runner's fault: the call goes elsewhere, the container is as good as before. */
final class DescriptorsTest {
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCallThatFindsNoneIsHandedBackAndItsContainerKept(boolean portable) throws Exception {
        // Keeps no connection, and has classes loaded that could not be once it matters.
        RigSettings settings = new RigSettings().keepAlive(Duration.ZERO);
        assertThat(Descriptors.exhausted(new IOException(ErrorCode.SERVER_BUSY.exception())))
                .isFalse();
        try (WorkerRig rig = new WorkerRig(portable ? settings.portable() : settings);
                DescriptorLimit limit = new DescriptorLimit()) {
            String id = rig.ready();
            assertThat(rig.call(id).write("body").endBody().code()).isNull();
            rig.heard(ContainerReleased.class);
            limit.set();
            TestCall call;
            ErrorCode code;
            try {
                call = rig.call(id).write("body").endBody();
                code = call.code();
                rig.heard(ContainerReleased.class);
            } finally {
                limit.lift();
            }
            assertThat(code).isEqualTo(ErrorCode.SERVER_BUSY);
            assertThat(rig.call(id).write("body").endBody().code()).isNull();
            rig.heard(ContainerReleased.class);
            rig.remove(id);
            rig.assertGone(id);
        }
    }
}
