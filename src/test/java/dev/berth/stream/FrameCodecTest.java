package dev.berth.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.bus.CallEnd;
import dev.berth.bus.RunCall;
import dev.berth.call.CallRequest;
import dev.berth.call.Header;
import dev.berth.call.ResponseHead;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The bytes of every frame between nodes. They may change only together with the codec's name. */
final class FrameCodecTest {
    private static final StreamId STREAM = new StreamId("a", 300);
    /** Initiator "a", number 300, sent by it. */
    private static final String HEAD = "0161ac0201";

    private final FrameCodec codec = new FrameCodec();

    static List<Map.Entry<Frame, String>> frames() {
        return List.of(
                Map.entry(new Frame.Open(65536, 1, "call"), "01" + "808004" + "01" + "0404" + "63616c6c"),
                Map.entry(new Frame.Data(5, Buffer.buffer("xyz")), "02" + "05" + "03" + "78797a"),
                Map.entry(new Frame.Note(6, "n"), "03" + "06" + "0401" + "6e"),
                Map.entry(new Frame.End(7), "04" + "07"),
                Map.entry(new Frame.Finish(8, new CallEnd(null)), "05" + "08" + "03" + "00"),
                Map.entry(new Frame.Grant(128), "07" + "8001"),
                Map.entry(
                        new Frame.Ping(List.of(new Frame.Mark(1, 128), new Frame.Mark(2, 0)), List.of()),
                        "08" + "02" + "018001" + "0200" + "00"),
                Map.entry(new Frame.Pong(List.of(), List.of(3L)), "09" + "00" + "0103"));
    }

    @ParameterizedTest
    @MethodSource("frames")
    void everyFrameHasItsBytes(Map.Entry<Frame, String> expected) {
        Envelope envelope = new Envelope(STREAM, "a", expected.getKey());

        assertThat(hex(envelope)).isEqualTo(HEAD + expected.getValue());
        assertThat(decode(HEAD + expected.getValue())).isEqualTo(envelope);
    }

    @Test
    void aFrameOfTheAcceptorCarriesItsAddress() {
        Envelope envelope = new Envelope(STREAM, "bc", new Frame.End(0));

        assertThat(hex(envelope)).isEqualTo("0161ac02" + "00" + "026263" + "0400");
        assertThat(decode(hex(envelope))).isEqualTo(envelope);
    }

    @Test
    void anErrorTravelsAsNumberWireCodeAndText() {
        RunnerException error = ErrorCode.FUNCTION_FAILED.exception("no", 418);
        String bytes = HEAD + "06" + "cd01" + "a203" + "02" + "6e6f";

        assertThat(hex(new Envelope(STREAM, "a", new Frame.Cancel(error)))).isEqualTo(bytes);
        Frame.Cancel read = (Frame.Cancel) decode(bytes).frame();
        assertThat(read.error().code()).isEqualTo(ErrorCode.FUNCTION_FAILED);
        assertThat(read.error().wireCode()).isEqualTo(418);
        assertThat(read.error()).hasMessage("no");
    }

    @Test
    void anErrorOfAnUnknownNumberIsInternal() {
        Frame.Cancel read = (Frame.Cancel)
                decode(HEAD + "06" + "8f4e" + "f703" + "02" + "6e6f").frame();

        assertThat(read.error().code()).isEqualTo(ErrorCode.INTERNAL);
        assertThat(read.error().wireCode()).isEqualTo(500);
        assertThat(read.error()).hasMessage("no");
    }

    @Test
    void theObjectsOfACallTravel() {
        CallRequest request = new CallRequest(
                "call",
                "app",
                "fn",
                "POST",
                "/x?y=ü",
                List.of(new Header("Accept", "a"), new Header("Accept", "b")),
                Instant.ofEpochSecond(-1, 999_999_999),
                null,
                true);
        List<Object> payloads = List.of(
                new RunCall("container", Long.MAX_VALUE, request),
                new ResponseHead(200, List.of(new Header("Content-Type", "text/plain"))),
                new CallEnd(null));

        for (Object payload : payloads) {
            Envelope envelope = new Envelope(STREAM, "a", new Frame.Note(0, payload));
            assertThat(decode(hex(envelope))).isEqualTo(envelope);
        }
    }

    @Test
    void aFailedCallEndTravels() {
        Frame.Finish finish = new Frame.Finish(0, new CallEnd(ErrorCode.OUT_OF_MEMORY.exception("at 128 MiB")));

        Frame.Finish read =
                (Frame.Finish) decode(hex(new Envelope(STREAM, "a", finish))).frame();

        RunnerException error = ((CallEnd) read.payload()).error();
        assertThat(error).hasMessage("at 128 MiB");
        assertThat(error).extracting(RunnerException::code).isEqualTo(ErrorCode.OUT_OF_MEMORY);
    }

    @Test
    void anObjectWithoutWireFormIsRefused() {
        Envelope envelope = new Envelope(STREAM, "a", new Frame.Note(0, 1));

        assertThatThrownBy(() -> hex(envelope)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void unknownFramesAndPayloadsAndCutBytesAreRefused() {
        for (String bytes : List.of(HEAD + "0a", HEAD + "030005", HEAD + "0200ff7f", HEAD + "02" + "ff".repeat(11))) {
            assertThatThrownBy(() -> decode(bytes)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> decode(HEAD + "02")).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void withinAProcessTheSameObjectIsDelivered() {
        Envelope envelope = new Envelope(STREAM, "a", new Frame.End(0));

        assertThat(codec.transform(envelope)).isSameAs(envelope);
        assertThat(codec.name()).isEqualTo("berth.frame/1");
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
