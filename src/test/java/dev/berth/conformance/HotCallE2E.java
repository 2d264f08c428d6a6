package dev.berth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.berth.ingress.RawHttp2;
import dev.berth.proto.ClientMsg;
import dev.berth.proto.DataFrame;
import dev.berth.proto.TryCall;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.Socket;
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

    private static final int END_STREAM = 1;

    @Test
    @Rule("container-request")
    void aSmallCallIsOneWriteToItsFunction(LiveRunner runner) throws Exception {
        CallDoc doc = CallDoc.of("read; frame length; send ok");
        assertThat(runner.run(doc, "body").body()).isEqualTo("ok");
        Path calls = Files.createTempFile("berth-system-calls", ".txt");
        try {
            try (RawHttp2 wire = new RawHttp2(new Socket(runner.host, runner.port), new byte[0])) {
                trace(runner, calls, () -> {
                    for (int i = 0; i < CALLS; i++) {
                        call(wire, 1 + 2 * i, doc);
                    }
                });
            }
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

    /** Sends a call as a balancer does that has all of it: in one piece. */
    private static void call(RawHttp2 wire, int stream, CallDoc doc) throws IOException {
        wire.hold();
        wire.headers(
                stream,
                ":method",
                "POST",
                ":scheme",
                "http",
                ":authority",
                "runner",
                ":path",
                "/RunnerProtocol/Engage",
                "content-type",
                "application/grpc",
                "te",
                "trailers");
        wire.frame(
                RawHttp2.DATA,
                0,
                stream,
                RawHttp2.message(ClientMsg.newBuilder()
                        .setTry(TryCall.newBuilder().setModelsCallJson(doc.text()))
                        .build()));
        DataFrame body = DataFrame.newBuilder()
                .setData(ByteString.copyFromUtf8("body"))
                .setEof(true)
                .build();
        wire.frame(
                RawHttp2.DATA,
                END_STREAM,
                stream,
                RawHttp2.message(ClientMsg.newBuilder().setData(body).build()));
        wire.sendHeld();
        for (int heads = 0; heads < 2; ) {
            int type = wire.nextOf(stream);
            assertThat(type).isIn(RawHttp2.DATA, RawHttp2.HEADERS);
            heads += type == RawHttp2.HEADERS ? 1 : 0;
        }
    }

    /** What is done while the runner is watched. */
    private interface Calls {
        void run() throws IOException;
    }

    private static long count(List<String> lines, String names) {
        return lines.stream()
                .filter(line -> line.matches("\\d+ +" + names + "\\(\\d+<UNIX.*"))
                .count();
    }

    private static void trace(LiveRunner runner, Path into, Calls calls) throws IOException, InterruptedException {
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
