package dev.berth.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.bus.CallEnd;
import dev.berth.bus.MalformedMessageException;
import dev.berth.bus.RunCall;
import dev.berth.call.CallRequest;
import dev.berth.call.Header;
import dev.berth.call.ResponseHead;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import dev.berth.fuzz.FuzzRun;
import dev.berth.fuzz.Mutations;
import io.vertx.core.buffer.Buffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The bytes of every frame between nodes, and what becomes of bytes that are none. */
final class FrameCodecTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final StreamId STREAM = new StreamId("a", 300);
    /** Format 1, from "a", one frame, of the stream that "a" opened as number 300. */
    private static final String HEAD = "01" + "0161" + "01" + "01" + "ac02";

    private final FrameCodec codec = new FrameCodec(Clock.fixed(NOW, ZoneOffset.UTC));

    static List<Map.Entry<Frame, String>> frames() {
        return List.of(
                Map.entry(
                        new Frame.Open(65536, 1, "call"),
                        "01" + "0000000b" + "808004" + "01" + "06" + "2204" + "63616c6c"),
                Map.entry(new Frame.Data(5, Buffer.buffer("xyz")), "02" + "00000005" + "05" + "03" + "78797a"),
                Map.entry(new Frame.Note(6, "n"), "03" + "00000005" + "06" + "03" + "2201" + "6e"),
                Map.entry(new Frame.End(7), "04" + "00000001" + "07"),
                Map.entry(new Frame.Finish(8, new CallEnd(null)), "05" + "00000004" + "08" + "02" + "1a00"),
                Map.entry(new Frame.Grant(128), "07" + "00000002" + "8001"),
                Map.entry(
                        new Frame.Ping(List.of(new Frame.Mark(1, 128), new Frame.Mark(2, 0)), List.of()),
                        "08" + "00000007" + "02" + "018001" + "0200" + "00"),
                Map.entry(new Frame.Pong(List.of(), List.of(3L)), "09" + "00000003" + "00" + "0103"));
    }

    @ParameterizedTest
    @MethodSource("frames")
    void everyFrameHasItsBytes(Map.Entry<Frame, String> expected) {
        Envelope envelope = one("a", expected.getKey());

        assertThat(hex(envelope)).isEqualTo(HEAD + expected.getValue());
        assertThat(decode(HEAD + expected.getValue())).isEqualTo(envelope);
    }

    @Test
    void aFrameOfTheAcceptorNamesTheInitiator() {
        Envelope envelope = one("bc", new Frame.End(0));

        assertThat(hex(envelope)).isEqualTo("01" + "026263" + "01" + "00" + "0161" + "ac02" + "04" + "00000001" + "00");
        assertThat(decode(hex(envelope))).isEqualTo(envelope);
    }

    @Test
    void theFramesOfAnEnvelopeKeepTheirOrder() {
        Envelope envelope = new Envelope(
                "a",
                List.of(
                        new Envelope.Packet(STREAM, new Frame.Open(1, 2, "x")),
                        new Envelope.Packet(new StreamId("b", 1), new Frame.Data(0, Buffer.buffer("y"))),
                        new Envelope.Packet(STREAM, new Frame.End(0))));

        assertThat(decode(hex(envelope))).isEqualTo(envelope);
    }

    @Test
    void anErrorTravelsAsNumberWireCodeAndText() {
        RunnerException error = ErrorCode.FUNCTION_FAILED.exception("no", 418);

        Frame.Cancel read = (Frame.Cancel) only(decode(hex(one("a", new Frame.Cancel(error)))));

        assertThat(read.error().code()).isEqualTo(ErrorCode.FUNCTION_FAILED);
        assertThat(read.error().wireCode()).isEqualTo(418);
        assertThat(read.error()).hasMessage("no");
    }

    @Test
    void theObjectsOfACallTravel() {
        List<Object> payloads = List.of(
                new RunCall("container", Long.MAX_VALUE, request(NOW.plusSeconds(3))),
                new ResponseHead(200, List.of(new Header("Content-Type", "text/plain"))),
                new CallEnd(null));

        for (Object payload : payloads) {
            Envelope envelope = one("a", new Frame.Note(0, payload));
            assertThat(decode(hex(envelope))).isEqualTo(envelope);
        }
    }

    @Test
    void theTimeLeftTravelsAndNotTheMoment() {
        FrameCodec elsewhere = new FrameCodec(Clock.fixed(NOW.plus(Duration.ofHours(1)), ZoneOffset.UTC));
        Instant deadline = NOW.plusMillis(1500);

        Envelope read = elsewhere.decodeFromWire(
                0,
                Buffer.buffer(HexFormat.of()
                        .parseHex(hex(one("a", new Frame.Open(1, 1, new RunCall("c", 1, request(deadline))))))));

        RunCall run = (RunCall) ((Frame.Open) only(read)).payload();
        assertThat(run.request().deadline()).isEqualTo(deadline.plus(Duration.ofHours(1)));
    }

    @Test
    void deadlinesThatNeverComeOrHavePassedTravelToo() {
        for (Instant deadline : List.of(Instant.MAX, NOW.minusSeconds(1), NOW)) {
            Envelope read = decode(hex(one("a", new Frame.Note(0, new RunCall("c", 1, request(deadline))))));

            RunCall run = (RunCall) ((Frame.Note) only(read)).payload();
            assertThat(run.request().deadline().isAfter(NOW)).isEqualTo(deadline.isAfter(NOW));
        }
    }

    private static CallRequest request(Instant deadline) {
        return new CallRequest(
                "call",
                "app",
                "fn",
                "POST",
                "/x?y=ü",
                List.of(new Header("Accept", "a"), new Header("Accept", "b")),
                deadline,
                null,
                true);
    }

    @Test
    void aFailedCallEndTravels() {
        Frame.Finish finish = new Frame.Finish(0, new CallEnd(ErrorCode.OUT_OF_MEMORY.exception("at 128 MiB")));

        Frame.Finish read = (Frame.Finish) only(decode(hex(one("a", finish))));

        RunnerException error = ((CallEnd) read.payload()).error();
        assertThat(error).hasMessage("at 128 MiB");
        assertThat(error).extracting(RunnerException::code).isEqualTo(ErrorCode.OUT_OF_MEMORY);
    }

    @Test
    void anObjectWithoutWireFormIsRefused() {
        Envelope envelope = one("a", new Frame.Note(0, 1));

        assertThatThrownBy(() -> hex(envelope)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aFrameMayGrowAtItsEnd() {
        assertThat(only(decode(HEAD + "04" + "00000003" + "07" + "beef"))).isEqualTo(new Frame.End(7));
    }

    @Test
    void aFrameOfALaterVersionIsPassedOver() {
        String two = "01" + "0161" + "02" + "01ac02" + "63" + "00000002" + "beef" + "01ac02" + "04" + "00000001" + "07";

        assertThat(decode(two)).isEqualTo(one("a", new Frame.End(7)));
    }

    @Test
    void aFrameThatCannotBeReadIsKnownForItsStream() {
        for (String bytes : List.of(
                "03" + "00000004" + "00" + "0205" + "00",
                "02" + "00000002" + "00" + "ff",
                "02" + "0000000b" + "ff".repeat(11),
                "02" + "00000000")) {
            assertThat(only(decode(HEAD + bytes))).isInstanceOf(Frame.Malformed.class);
        }
    }

    @Test
    void whatIsNoEnvelopeIsRefused() {
        for (String bytes :
                List.of("", "02" + "0161" + "00", HEAD, HEAD + "02" + "7fffffff", HEAD + "02" + "ffffffff")) {
            assertThatThrownBy(() -> decode(bytes)).isInstanceOf(MalformedMessageException.class);
        }
    }

    @Test
    void damagedEnvelopesAreReadOrRefused() {
        List<byte[]> whole = frames().stream()
                .map(each -> HexFormat.of().parseHex(HEAD + each.getValue()))
                .toList();
        try (FuzzRun run = new FuzzRun(FrameCodecTest.class, 100)) {
            for (int input = 0; input < run.inputs(); input++) {
                Random random = run.random(input);
                byte[] damaged = Mutations.some(whole.get(random.nextInt(whole.size())), random, 6, whole);
                try {
                    codec.decodeFromWire(0, Buffer.buffer(damaged));
                } catch (MalformedMessageException refused) {
                    // As it should be.
                } catch (Throwable wrong) {
                    run.failed(input, wrong.toString(), HexFormat.of().formatHex(damaged));
                }
                run.over(input + 1);
            }
            run.verify();
        }
    }

    @Test
    void withinAProcessTheSameObjectIsDelivered() {
        Envelope envelope = one("a", new Frame.End(0));

        assertThat(codec.transform(envelope)).isSameAs(envelope);
        assertThat(codec.name()).isEqualTo("berth.frames");
    }

    private static Envelope one(String from, Frame frame) {
        return new Envelope(from, List.of(new Envelope.Packet(STREAM, frame)));
    }

    private static Frame only(Envelope envelope) {
        assertThat(envelope.packets()).hasSize(1);
        return envelope.packets().get(0).frame();
    }

    private String hex(Envelope envelope) {
        Buffer buffer = Buffer.buffer("..");
        codec.encodeToWire(buffer, envelope);
        return HexFormat.of().formatHex(buffer.getBytes(2, buffer.length()));
    }

    private Envelope decode(String hex) {
        Buffer buffer = Buffer.buffer("...").appendBytes(HexFormat.of().parseHex(hex));
        return codec.decodeFromWire(3, buffer);
    }
}
