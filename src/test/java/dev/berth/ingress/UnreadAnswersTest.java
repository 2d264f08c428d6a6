package dev.berth.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.conformance.Rule;
import dev.berth.proto.ClientMsg;
import dev.berth.proto.TryCall;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Answers that their clients do not take: they are counted, keep nobody out, and are given up. */
final class UnreadAnswersTest {
    private static final int BUDGET = 8 << 20;
    private static final String[] STATUS = {
        ":method",
        "POST",
        ":scheme",
        "http",
        ":path",
        "/RunnerProtocol/Status",
        ":authority",
        "x",
        "content-type",
        "application/grpc",
        "te",
        "trailers"
    };

    private final IngressRig rig = new IngressRig(IngressRig.grpc(IngressRig.limits(BUDGET), null), IngressRig.CALLS);

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    @Rule("transport-unread")
    void endedAnswersThatNobodyReadsAreCountedAndKeepNobodyOut() throws IOException {
        int streams = 3 * BUDGET / ClientStreams.STREAM_BYTES;
        String name = "y".repeat(12_000);
        byte[] refused = RawHttp2.message(ClientMsg.newBuilder()
                .setTry(TryCall.newBuilder().setModelsCallJson("{\"id\": \"x\", \"image\": \"" + name + "\"}"))
                .build());
        try (RawHttp2 client = withoutWindow()) {
            for (int i = 0; i < streams; i++) {
                client.engage(2 * i + 1);
                client.frame(RawHttp2.DATA, 0, 2 * i + 1, refused);
            }
            assertThat(client.awaits(RawHttp2.RST_STREAM, 2 * streams - 1)).isTrue();

            assertThat(rig.ingress.clients().open()).isLessThan(BUDGET / ClientStreams.STREAM_BYTES + 512);
            assertThat(rig.budget.taken()).isBetween(BUDGET / 8 * 7L, (long) BUDGET);
            EngageCall opened = rig.client.engage();
            Await.of(opened.request.write(Buffer.buffer(new byte[1])));
            for (int i = 0; i < 3; i++) {
                rig.assertOthersAreServed();
            }
            assertThat(opened.future().isComplete()).isFalse();
            opened.cancel();
        }
        Await.until(rig.ingress.context(), "all is given back", () -> rig.budget.taken() == 0);
        rig.assertNothingLeft();
    }

    @Test
    @Rule("transport-unread")
    void answersToQuestionsThatNobodyReadsKeepNobodyFromAsking() throws IOException {
        int questions = BUDGET / Oversize.MAX_SMALL_MESSAGE * 2;
        EngageCall open = rig.client.engage();
        Await.of(open.request.write(Buffer.buffer(new byte[1])));
        try (RawHttp2 client = withoutWindow()) {
            for (int i = 0; i < questions; i++) {
                client.headers(2 * i + 1, STATUS);
                client.frame(RawHttp2.DATA, RawHttp2.END_STREAM, 2 * i + 1, new byte[5]);
            }
            // The last one is refused, which needs no window.
            assertThat(client.awaits(RawHttp2.HEADERS, 2 * questions - 1)).isTrue();

            rig.assertStatusAndHealthAnswer();
            assertThat(rig.budget.taken()).isLessThan(BUDGET);
            // In time the others are given up.
            assertThat(client.awaits(RawHttp2.RST_STREAM, 1)).isTrue();
        }
        open.cancel();
        Await.until(rig.ingress.context(), "all is given back", () -> rig.budget.taken() == 0);
        rig.assertNothingLeft();
    }

    private RawHttp2 withoutWindow() throws IOException {
        byte[] noWindow = ByteBuffer.allocate(6).putShort((short) 4).putInt(0).array();
        return new RawHttp2(new Socket("127.0.0.1", rig.ingress.port()), noWindow);
    }
}
