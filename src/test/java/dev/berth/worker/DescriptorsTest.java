package dev.berth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.RegistryMessage.ContainerReleased;
import dev.berth.error.ErrorCode;
import java.io.BufferedReader;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Too few file descriptors are the runner's fault: the call goes elsewhere, the container is as good as before. */
final class DescriptorsTest {
    /** Holds this process to the descriptors it has, by a shell that must be there before. */
    private static final class Limit implements AutoCloseable {
        private final Process shell;
        private final BufferedReader said;

        Limit() throws IOException {
            long self = ProcessHandle.current().pid();
            shell = new ProcessBuilder(
                            "sh",
                            "-c",
                            "had=$(prlimit --pid " + self + " --nofile --output SOFT --noheadings | tr -d ' ');"
                                    + "read go; prlimit --pid " + self + " --nofile=3:; echo set;"
                                    + "read go; prlimit --pid " + self + " --nofile=$had:; echo back")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            said = shell.inputReader();
        }

        void next(String expected) throws IOException {
            shell.outputWriter().write("go\n");
            shell.outputWriter().flush();
            assertThat(said.readLine()).isEqualTo(expected);
        }

        @Override
        public void close() {
            shell.destroy();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCallThatFindsNoneIsHandedBackAndItsContainerKept(boolean portable) throws Exception {
        // Keeps no connection, and has classes loaded that could not be once it matters.
        RigSettings settings = new RigSettings().keepAlive(Duration.ZERO);
        assertThat(Descriptors.exhausted(new IOException(ErrorCode.SERVER_BUSY.exception())))
                .isFalse();
        try (WorkerRig rig = new WorkerRig(portable ? settings.portable() : settings);
                Limit limit = new Limit()) {
            String id = rig.ready();
            assertThat(rig.call(id).write("body").endBody().code()).isNull();
            rig.heard(ContainerReleased.class);
            limit.next("set");
            TestCall call;
            ErrorCode code;
            try {
                call = rig.call(id).write("body").endBody();
                code = call.code();
                rig.heard(ContainerReleased.class);
            } finally {
                limit.next("back");
            }
            assertThat(code).isEqualTo(ErrorCode.SERVER_BUSY);
            assertThat(rig.call(id).write("body").endBody().code()).isNull();
            rig.heard(ContainerReleased.class);
            rig.remove(id);
            rig.assertGone(id);
        }
    }
}
