package dev.berth.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.doctor.Finding.Level;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PortExamTest {
    private final PortExam exam = new PortExam(new PortHolder(Path.of("/proc")));

    @Test
    void portThatIsTakenIsToldWithItsProcess() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            Finding finding = exam.examine("grpc", "127.0.0.1", taken.getLocalPort());

            assertThat(finding.level()).isEqualTo(Level.FAIL);
            assertThat(finding.says())
                    .isEqualTo("127.0.0.1:" + taken.getLocalPort() + " is taken by process "
                            + ProcessHandle.current().pid() + " (java)");
            assertThat(finding.remedy()).contains("grpc.port");
            assertThat(finding.asWarning().level()).isEqualTo(Level.WARN);
        }
    }

    @Test
    void freePortStaysFree() throws Exception {
        int port;
        try (ServerSocket once = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            port = once.getLocalPort();
        }
        assertThat(exam.examine("grpc", "127.0.0.1", port).level()).isEqualTo(Level.OK);
        try (ServerSocket again = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"))) {
            assertThat(again.isBound()).isTrue();
        }
    }

    @Test
    void addressOfAnotherMachineIsTold() {
        Finding finding = exam.examine("cluster", "192.0.2.1", 5701);
        assertThat(finding.level()).isEqualTo(Level.FAIL);
        assertThat(finding.says()).startsWith("192.0.2.1:5701 cannot be listened on: ");
    }

    @Test
    void holderThatMayNotBeLookedIntoHasNoName(@TempDir Path proc) throws Exception {
        Files.createDirectories(proc.resolve("net"));
        Files.writeString(proc.resolve("net/tcp"), """
                  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
                   0: 00000000:23E6 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4242 1 0 100 0 0 10 0
                   1: 0100007F:23E7 0100007F:23E6 01 00000000:00000000 00:00000000 00000000     0        0 4243 1 0 100 0 0 10 0
                """);
        PortHolder holder = new PortHolder(proc);
        assertThat(holder.find(0x23E6)).contains("a process of another user");
        assertThat(holder.find(0x23E7)).as("only a connection").isEmpty();
    }
}
