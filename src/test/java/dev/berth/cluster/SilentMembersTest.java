package dev.berth.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SilentMembersTest {
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Duration LONG = Duration.ofMinutes(1);

    private static ServerSocket server() throws IOException {
        return new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
    }

    private static String address(ServerSocket server) {
        return "127.0.0.1:" + server.getLocalPort();
    }

    @Test
    void whoTakesTheGreetingAndSaysNothingIsSilent() throws IOException {
        try (ServerSocket silent = server()) {
            assertThat(SilentMembers.among(List.of(address(silent)), 1, SHORT)).containsExactly(address(silent));
            assertThat(SilentMembers.among(List.of("127.0.0.1"), silent.getLocalPort(), SHORT))
                    .containsExactly("127.0.0.1");
        }
    }

    /** Under a limit that the test would not outlast: nobody is waited for who is known not to be silent. */
    @Test
    void whoAnswersHangsUpOrIsNotThereIsNotSilent() throws Exception {
        ServerSocket closed = server();
        closed.close();
        try (ServerSocket answers = server();
                ServerSocket hangsUp = server()) {
            Thread member = new Thread(() -> {
                try (Socket client = answers.accept()) {
                    InputStream in = client.getInputStream();
                    client.getOutputStream().write(in.readNBytes(3));
                    hangsUp.accept().close();
                    in.read();
                } catch (IOException over) {
                    // The test has what it wanted.
                }
            });
            member.start();

            assertThat(SilentMembers.among(
                            List.of(address(answers), address(hangsUp), address(closed), "no.such.host.invalid:5701"),
                            1,
                            LONG))
                    .isEmpty();
            member.join();
        }
    }
}
