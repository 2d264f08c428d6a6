package dev.berth.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.berth.proto.ClientMsg;
import dev.berth.proto.DataFrame;
import dev.berth.proto.TryCall;
import io.vertx.core.Promise;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A client whose window holds about as much as an answer has, to the byte. */
final class ClientWindowTest {
    private static final int CALL = 1;
    /** More than an answer and its closing message have, of "got 3". */
    private static final int ENOUGH = 250;

    private final IngressRig rig = new IngressRig();
    private final LoggedLines lines = LoggedLines.of("io");

    @AfterEach
    void close() {
        rig.assertNothingLeft();
        rig.close();
        assertThat(lines.all()).isEmpty();
        lines.close();
    }

    private RawHttp2 call(int window) throws IOException {
        rig.worker.script = FakeWorker::count;
        byte[] settings =
                ByteBuffer.allocate(6).putShort((short) 4).putInt(window).array();
        RawHttp2 client = new RawHttp2(new Socket("127.0.0.1", rig.ingress.port()), settings);
        client.engage(CALL);
        client.frame(
                RawHttp2.DATA,
                0,
                CALL,
                RawHttp2.message(ClientMsg.newBuilder()
                        .setTry(TryCall.newBuilder().setModelsCallJson(IngressRig.MODEL))
                        .build()));
        client.frame(
                RawHttp2.DATA,
                0,
                CALL,
                RawHttp2.message(ClientMsg.newBuilder()
                        .setData(DataFrame.newBuilder()
                                .setData(ByteString.copyFromUtf8("abc"))
                                .setEof(true))
                        .build()));
        return client;
    }

    private static void letIn(RawHttp2 client) throws IOException {
        byte[] one = ByteBuffer.allocate(4).putInt(1).array();
        client.frame(RawHttp2.WINDOW_UPDATE, 0, CALL, one);
    }

    @Test
    void anAnswerThatIsReadByteByByteEnds() throws IOException {
        try (RawHttp2 client = call(1)) {
            assertThat(client.nextOf(CALL)).isEqualTo(RawHttp2.HEADERS);
            int bytes = 0;
            int next;
            while ((next = client.nextOf(CALL)) == RawHttp2.DATA) {
                bytes += client.length();
                letIn(client);
            }

            assertThat(next).isEqualTo(RawHttp2.HEADERS);
            assertThat(bytes).isBetween(20, ENOUGH);
        }
    }

    private void letTheRunnerSayMore() {
        for (int turn = 0; turn < 5; turn++) {
            Promise<Void> over = Promise.promise();
            rig.ingress.context().runOnContext(v -> over.complete());
            Await.of(over.future());
        }
    }

    @Test
    void aClientThatGoesAfterAnyByteIsNoFault() throws IOException {
        for (int window = 1; window <= ENOUGH; window++) {
            try (RawHttp2 client = call(window)) {
                client.nextOf(CALL);
                int next = RawHttp2.DATA;
                for (int left = window; left > 0 && next == RawHttp2.DATA; left -= client.length()) {
                    next = client.nextOf(CALL);
                }
                letTheRunnerSayMore();
            }
        }
        Await.until(rig.ingress.context(), "ended", () -> rig.counters.active() == 0);
    }
}
