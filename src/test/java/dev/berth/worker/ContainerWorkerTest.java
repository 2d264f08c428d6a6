package dev.berth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.RegistryMessage;
import dev.berth.call.Header;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A container's ordinary life: launch, calls, removal. */
final class ContainerWorkerTest {

    @Test
    void launchesAContainerRunsCallsOnOneConnectionAndRemovesIt() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            String id = rig.ready();

            TestCall first = rig.call(id).write("hello ").write("world").endBody();
            assertThat(first.code()).isNull();
            assertThat(first.body()).isEqualTo("hello world");
            assertThat(first.head().status()).isEqualTo(200);
            assertThat(first.head().headers()).contains(new Header("Content-Type", "text/plain"));
            assertThat(rig.heard(RegistryMessage.ContainerReleased.class).containerId())
                    .isEqualTo(id);

            TestCall second = rig.call(id).endBody();
            assertThat(second.code()).isNull();
            rig.heard(RegistryMessage.ContainerReleased.class);
            assertThat(rig.engine.last().function().accepted()).isEqualTo(1);

            rig.remove(id);
            rig.assertGone(id);
        }
    }

    @Test
    void sendsTheCallAsOnePostWithItsHeaders() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            String id = rig.ready();
            var request = rig.request(
                    Duration.ofSeconds(30),
                    new Header("X-Do", "a"),
                    new Header("x-do", "b"),
                    new Header("connection", "close"),
                    new Header("Host", "elsewhere"),
                    new Header("content-length", "7"),
                    new Header("Fn-Call-Id", "forged"),
                    new Header("Accept-Encoding", "br"),
                    new Header("X-Name", "größe"));

            TestCall call = rig.call(id, request).write("abc").endBody();
            assertThat(call.code()).isNull();

            String head = rig.engine.last().function().heads().get(0);
            assertThat(head).startsWith("POST /call HTTP/1.1\r\n");
            assertThat(head).contains("X-Do: a\r\n", "x-do: b\r\n", "Accept-Encoding: br\r\n");
            assertThat(head).containsIgnoringCase("\r\nhost: localhost\r\n");
            assertThat(head).containsIgnoringCase("\r\ntransfer-encoding: chunked\r\n");
            assertThat(head).contains("Fn-Call-Id: " + request.callId() + "\r\n");
            assertThat(head).containsPattern("Fn-Deadline: \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ\r\n");
            assertThat(head).containsIgnoringCase("\r\nuser-agent: Go-http-client/1.1\r\n");
            assertThat(head).doesNotContain("forged", "elsewhere").doesNotContainIgnoringCase("\r\ncontent-length");
            assertThat(head).doesNotContainIgnoringCase("\r\nconnection:");
            assertThat(head).contains("X-Name: gr\u00c3\u00b6\u00c3\u009fe\r\n");
        }
    }
}
