package dev.berth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a small call to a running function costs in system calls on the function's socket. */
@OnRunner(Profile.HOT)
final class HotCallE2E {
    private static final int CALLS = 50;
    /** A look before the request, the answer, and one read that finds no more. */
    private static final int READS = 3;

    @Test
    @Rule("container-request")
    void aSmallCallIsOneWriteToItsFunction(LiveRunner runner) throws Exception {
        CallDoc doc = CallDoc.of("read; frame length; send ok");
        assertThat(runner.run(doc, "body").body()).isEqualTo("ok");
        Path calls = Files.createTempFile("berth-system-calls", ".txt");
        try {
            trace(runner, calls, () -> {
                for (int i = 0; i < CALLS; i++) {
                    assertThat(runner.run(doc, "body").body()).isEqualTo("ok");
                }
            });
            List<String> lines = Files.readAllLines(calls);
            assertThat(count(lines, "(write|writev|sendto|sendmsg|sendmmsg)"))
                    .as("writes in %s", lines)
                    .isEqualTo(CALLS);
            assertThat(count(lines, "(read|readv|recvfrom|recvmsg)"))
                    .as("reads in %s", lines)
                    .isBetween((long) CALLS, (long) READS * CALLS);
        } finally {
            Files.delete(calls);
        }
    }

    private static long count(List<String> lines, String names) {
        return lines.stream()
                .filter(line -> line.matches("\\d+ +" + names + "\\(\\d+<UNIX.*"))
                .count();
    }

    private static void trace(LiveRunner runner, Path into, Runnable calls) throws IOException, InterruptedException {
        String pid = String.valueOf(runner.process().pid());
        String kinds = "trace=write,writev,sendto,sendmsg,sendmmsg,read,readv,recvfrom,recvmsg";
        Process strace = new ProcessBuilder("strace", "-f", "-yy", "-e", kinds, "-o", into.toString(), "-p", pid)
                .redirectErrorStream(true)
                .start();
        try (BufferedReader said = strace.inputReader()) {
            assertThat(said.readLine()).contains("attached");
            calls.run();
        } finally {
            strace.destroy();
            strace.waitFor();
        }
    }
}
