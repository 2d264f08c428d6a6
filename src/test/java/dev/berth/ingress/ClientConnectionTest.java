package dev.berth.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.config.GrpcConfig;
import dev.berth.conformance.Rule;
import dev.berth.proto.ClientMsg;
import dev.berth.proto.TryCall;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2FrameWriter;
import io.netty.handler.codec.http2.Http2FrameWriter;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a client may do to its connection, frame by frame. */
final class ClientConnectionTest {
    private static final byte[] CANCEL = {0, 0, 0, 8};
    private static final String[] CONFIGURE = {
        ":method",
        "POST",
        ":scheme",
        "http",
        ":path",
        "/RunnerProtocol/ConfigureRunner",
        ":authority",
        "x",
        "content-type",
        "application/grpc",
        "te",
        "trailers"
    };

    private IngressRig rig = new IngressRig();

    @AfterEach
    void stop() {
        rig.close();
    }

    private RawHttp2 raw() throws IOException {
        return new RawHttp2(socket());
    }

    private Socket socket() throws IOException {
        return new Socket("127.0.0.1", rig.ingress.port());
    }

    /** A message that is no ClientMsg: its stream ends with a status at once. */
    private static byte[] noMessage() {
        return new byte[] {0, 0, 0, 0, 1, (byte) 0xff};
    }

    @Test
    @Rule("transport-reset-flood")
    void aFloodOfResetsOfStreamsThatHadNotEndedEndsTheConnection() throws IOException {
        try (RawHttp2 raw = raw()) {
            boolean ended = false;
            for (int i = 0; i <= ClientConnection.MAX_RESETS && !ended; i++) {
                try {
                    raw.engage(2 * i + 1);
                    raw.frame(RawHttp2.RST_STREAM, 0, 2 * i + 1, CANCEL);
                } catch (IOException closed) {
                    ended = true;
                }
            }

            assertThat(ended || raw.nextOf(-1) == RawHttp2.GOAWAY).isTrue();
        }
        rig.assertNothingLeft();
    }

    @Test
    @Rule("transport-whole-frames")
    void answersToManyCallsAtOnceAreWholeFrames() throws IOException {
        int streams = 10_000;
        rig.close();
        rig = new IngressRig(IngressRig.grpc(IngressRig.limits(32 << 20), null), IngressRig.CALLS);
        try (RawHttp2 raw = raw()) {
            raw.hold();
            for (int i = 0; i < streams; i++) {
                raw.headers(2 * i + 1, CONFIGURE);
                raw.frame(RawHttp2.DATA, 1, 2 * i + 1, new byte[] {0, 0, 0, 0, 8, 0x0a, 6, 0x0a, 1, 65, 0x12, 1, 66});
            }
            raw.sendHeld();

            raw.awaitsEnds(streams);
        }
        rig.assertNothingLeft();
    }

    @Test
    void resetsOfStreamsThatHaveEndedNeverCount() throws IOException {
        try (RawHttp2 raw = raw()) {
            int last = 2 * (ClientConnection.MAX_RESETS + 100) + 1;
            for (int id = 1; id <= last; id += 2) {
                raw.engage(id);
                raw.frame(RawHttp2.DATA, 0, id, noMessage());
                assertThat(raw.nextOf(id)).isEqualTo(RawHttp2.HEADERS);
                raw.frame(RawHttp2.RST_STREAM, 0, id, CANCEL);
            }

            raw.engage(last + 2);
            raw.frame(RawHttp2.DATA, 0, last + 2, noMessage());
            assertThat(raw.nextOf(last + 2)).isEqualTo(RawHttp2.HEADERS);
        }
        rig.assertNothingLeft();
    }

    @Test
    @Rule("transport-metadata-limit")
    void tooMuchMetadataEndsItsOwnStreamOnly() throws IOException {
        try (RawHttp2 raw = raw()) {
            raw.engage(1);
            raw.engage(3, "x-large", "x".repeat(300_000));

            assertThat(raw.nextOf(3)).isEqualTo(RawHttp2.HEADERS);
            raw.frame(RawHttp2.DATA, 0, 1, noMessage());
            assertThat(raw.nextOf(1)).isEqualTo(RawHttp2.HEADERS);
        }
        rig.assertNothingLeft();
    }

    @ParameterizedTest
    @CsvSource({"Upper-Case, x", "connection, close", ":path, /twice", "a b, x", "te, gzip"})
    @Rule("transport-malformed-head")
    void anIllegalHeaderBlockEndsItsOwnStreamOnly(String name, String value) throws IOException {
        try (RawHttp2 raw = raw()) {
            raw.engage(1);
            // All in one piece: the client goes on before it hears of the reset.
            raw.hold();
            raw.engage(3, name, value);
            raw.frame(RawHttp2.DATA, 0, 3, noMessage());
            raw.frame(RawHttp2.DATA, 1, 3, noMessage());
            raw.engage(5);
            raw.sendHeld();

            assertThat(raw.nextOf(3)).isEqualTo(RawHttp2.RST_STREAM);
            raw.frame(RawHttp2.DATA, 0, 1, noMessage());
            assertThat(raw.awaits(RawHttp2.HEADERS, 1)).isTrue();
            raw.frame(RawHttp2.DATA, 0, 5, noMessage());
            assertThat(raw.awaits(RawHttp2.HEADERS, 5)).isTrue();
        }
        Await.until(
                rig.ingress.context(),
                "streams closed",
                () -> rig.ingress.clients().open() == 0);
        rig.assertNothingLeft();
    }

    @Test
    void aFloodOfIllegalHeaderBlocksEndsTheConnection() throws IOException {
        try (RawHttp2 raw = raw()) {
            boolean ended = false;
            for (int i = 0; i <= ClientConnection.MAX_RESETS && !ended; i++) {
                try {
                    raw.engage(2 * i + 1, "connection", "close");
                } catch (IOException closed) {
                    ended = true;
                }
            }

            assertThat(ended || raw.nextOf(-1) == RawHttp2.GOAWAY).isTrue();
        }
        rig.assertNothingLeft();
    }

    private static byte[] emptyCall() {
        byte[] message = ClientMsg.newBuilder()
                .setTry(TryCall.newBuilder().setModelsCallJson("{}"))
                .build()
                .toByteArray();
        return Buffer.buffer()
                .appendByte((byte) 0)
                .appendInt(message.length)
                .appendBytes(message)
                .getBytes();
    }

    /** The library logs a bug of its own if a connection ends while trailers wait in it. */
    @Test
    void aConnectionThatIsCutBeforeItHasTakenAnAnswerLogsNothing() throws IOException {
        byte[] smallWindow = {0, 4, 0, 0, 0, 4};
        try (LoggedLines lines = LoggedLines.of("io")) {
            try (RawHttp2 raw = new RawHttp2(socket(), smallWindow)) {
                raw.engage(1);
                raw.frame(RawHttp2.DATA, 0, 1, emptyCall());
                assertThat(raw.nextOf(1)).isEqualTo(RawHttp2.HEADERS);
                assertThat(raw.nextOf(1)).isEqualTo(RawHttp2.DATA);
            }
            Await.until(
                    rig.ingress.context(),
                    "streams closed",
                    () -> rig.ingress.clients().open() == 0);
            assertThat(lines.all()).isEmpty();
        }
        rig.assertNothingLeft();
    }

    /** Thirteen bytes that a function may have its answer cut into. */
    @Test
    void bytesOfAnAnswerThatLookLikeAResetOpenNothing() throws Exception {
        byte[] reset = {0, 0, 4, 3, 0, 0x7f, -1, -1, -1, 0, 0, 0, 0};
        DefaultHttp2Connection connection = new DefaultHttp2Connection(true);
        EmbeddedChannel channel = new EmbeddedChannel(new MalformedStreams(connection, () -> {}));
        Http2FrameWriter writer = new DefaultHttp2FrameWriter();
        ChannelHandlerContext above = channel.pipeline()
                .addLast("http2", new ChannelInboundHandlerAdapter())
                .context("http2");
        writer.writeData(above, 1, Unpooled.wrappedBuffer(reset), 0, false, channel.newPromise());
        assertThat(connection.remote().lastStreamCreated()).isZero();

        writer.writeRstStream(above, 7, 1, channel.newPromise());
        assertThat(connection.remote().lastStreamCreated()).isEqualTo(7);
        assertThat(connection.numActiveStreams()).isZero();
        channel.finishAndReleaseAll();
    }

    @Test
    void theCallerIsToldOfTooMuchMetadata() {
        EngageCall.Result result =
                rig.client.engage("x-large", "x".repeat(70_000)).result();

        assertThat(result.status()).isEqualTo("8");
        assertThat(result.text()).isEqualTo("grpc: received metadata larger than max (65536 bytes)");
        assertThat(rig.client
                        .engage("x-fits", "x".repeat(60_000))
                        .tryCall("{}")
                        .result()
                        .finished()
                        .getErrorCode())
                .isEqualTo(400);
        rig.assertNothingLeft();
    }

    @Test
    void metadataBeyondTheBudgetIsRefused() throws IOException {
        rig.close();
        rig = new IngressRig(IngressRig.grpc(IngressRig.limits(8 << 20), null), IngressRig.CALLS);
        try (RawHttp2 raw = raw()) {
            int last = 2 * 200 + 1;
            for (int id = 1; id <= last; id += 2) {
                raw.engage(id, "x-large", "x".repeat(60_000));
            }

            assertThat(raw.awaits(RawHttp2.RST_STREAM, last)).isTrue();
            assertThat(rig.ingress.clients().open()).isLessThan(150);
            assertThat(rig.budget.taken()).isBetween(4L << 20, 8L << 20);
            raw.frame(RawHttp2.DATA, 0, 1, noMessage());
            assertThat(raw.nextOf(1)).isEqualTo(RawHttp2.HEADERS);
        }
        rig.assertNothingLeft();
    }

    @Test
    void aFewDozenEmptyFramesAreNoAttack() throws IOException {
        try (RawHttp2 raw = raw()) {
            raw.engage(1);
            for (int i = 0; i < 100; i++) {
                raw.frame(RawHttp2.DATA, 0, 1, new byte[0]);
            }
            raw.frame(RawHttp2.DATA, 0, 1, noMessage());

            assertThat(raw.nextOf(1)).isEqualTo(RawHttp2.HEADERS);
        }
        rig.assertNothingLeft();
    }

    @Test
    void emptyFramesWithoutEndAreAnAttack() throws IOException {
        try (RawHttp2 raw = raw()) {
            raw.engage(1);
            for (int i = 0; i <= ClientConnection.MAX_EMPTY_FRAMES; i++) {
                raw.frame(RawHttp2.DATA, 0, 1, new byte[0]);
            }

            assertThat(raw.nextOf(-1)).isEqualTo(RawHttp2.GOAWAY);
        }
        rig.assertNothingLeft();
    }

    @Test
    void aFloodOfStreamsIsRefusedAtTheDoor() throws IOException {
        rig.close();
        rig = new IngressRig(IngressRig.grpc(IngressRig.limits(8 << 20), null), IngressRig.CALLS);
        try (RawHttp2 raw = raw()) {
            // In one piece, so that streams come faster than those before them can be told.
            raw.hold();
            for (int id = 1; id < 2 * 8000; id += 2) {
                raw.engage(id);
            }
            raw.frame(RawHttp2.RST_STREAM, 0, 1, CANCEL);
            raw.sendHeld();

            assertThat(raw.awaits(RawHttp2.RST_STREAM, 15_999)).isTrue();
            Await.until(
                    rig.ingress.context(),
                    "refused",
                    () -> rig.ingress.clients().open() < 1400);
            assertThat(rig.budget.taken()).isLessThanOrEqualTo(8 << 20);
        }
        rig.assertNothingLeft();
    }

    @Test
    @Rule("transport-open-end")
    void anAnsweredStreamThatItsClientKeepsOpenIsReset() throws IOException {
        try (RawHttp2 raw = raw()) {
            raw.engage(1);
            raw.frame(RawHttp2.DATA, 0, 1, noMessage());

            assertThat(raw.awaits(RawHttp2.RST_STREAM, 1)).isTrue();
            Await.until(
                    rig.ingress.context(), "closed", () -> rig.ingress.clients().open() == 0);
        }
        rig.assertNothingLeft();
    }

    @Test
    @Rule("transport-silence")
    void aConnectionThatDoesNotSpeakIsClosedAndAnIdleOneStays() throws IOException {
        rig.close();
        rig = new IngressRig(
                IngressRig.grpc(new GrpcConfig.Limits(8 << 20, 1000, Duration.ofMillis(300)), null), IngressRig.CALLS);
        try (Socket silent = socket();
                Socket half = socket();
                Socket otherProtocol = socket()) {
            half.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            otherProtocol.getOutputStream().write("POST / HT".getBytes(StandardCharsets.US_ASCII));
            for (Socket socket : new Socket[] {silent, half, otherProtocol}) {
                socket.setSoTimeout(20_000);
                assertEnds(socket);
            }
        }

        assertThat(rig.client.engage().tryCall("{}").result().finished().getErrorCode())
                .isEqualTo(400);
        assertThat(rig.gate.open()).isEqualTo(1);
        rig.assertNothingLeft();
    }

    private static void assertEnds(Socket socket) throws IOException {
        byte[] bytes = new byte[1024];
        int read;
        do {
            read = socket.getInputStream().read(bytes);
        } while (read > 0);
        assertThat(read).isEqualTo(-1);
    }
}
