package dev.berth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.RegistryMessage.ContainerEnding;
import dev.berth.bus.RegistryMessage.ContainerReleased;
import dev.berth.call.Header;
import dev.berth.error.ErrorCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Gzip between runner and function, where the caller says nothing about encodings. */
final class GzipAnswerTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private static byte[] gzip(byte[] plain) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(plain);
        }
        return packed.toByteArray();
    }

    /** Answers each request with these bytes, in chunks or with a length. */
    private static FakeFunction.Script packed(byte[] body, boolean chunked) {
        return talk -> {
            while (talk.readHead()) {
                talk.readBody();
                talk.write("HTTP/1.1 200 OK\r\nContent-Encoding: GZIP\r\nX-A: b\r\n");
                if (chunked) {
                    talk.write("Transfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(body.length) + "\r\n");
                    talk.write(body);
                    talk.write("\r\n0\r\n\r\n");
                } else {
                    talk.write("Content-Length: " + body.length + "\r\n\r\n");
                    talk.write(body);
                }
            }
        };
    }

    private static String head(WorkerRig rig, int call) {
        return rig.engine.last().function().heads().get(call).toLowerCase(Locale.ROOT);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anAnswerThatWasAskedForPackedIsUnpacked(boolean chunked) throws Exception {
        byte[] one = gzip("one, ".getBytes(StandardCharsets.UTF_8));
        byte[] two = gzip("two".getBytes(StandardCharsets.UTF_8));
        byte[] both = Arrays.copyOf(one, one.length + two.length);
        System.arraycopy(two, 0, both, one.length, two.length);
        try (WorkerRig rig = WorkerRig.start()) {
            rig.engine.serve(packed(both, chunked));
            String id = rig.ready();
            for (int i = 0; i < 2; i++) {
                TestCall call = rig.call(id).write("body").endBody();
                assertThat(call.code()).isNull();
                assertThat(call.body()).isEqualTo("one, two");
                assertThat(call.head().headers()).containsExactly(new Header("X-A", "b"));
                assertThat(head(rig, i)).contains("\r\naccept-encoding: gzip\r\n");
                rig.heard(ContainerReleased.class);
            }
            assertThat(rig.engine.last().function().accepted()).isEqualTo(1);
            rig.remove(id);
            rig.assertGone(id);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"accept-encoding: br", "Accept-Encoding: gzip", "Accept-Encoding: ", "Range: bytes=0-1"})
    void whereTheCallerSaysSomethingNothingIsTouched(String line) throws Exception {
        Header own = new Header(line.substring(0, line.indexOf(':')), line.substring(line.indexOf(':') + 2));
        try (WorkerRig rig = WorkerRig.start()) {
            rig.engine.serve(FakeFunction.answering(
                    "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 6\r\n\r\nnozip!"));
            String id = rig.ready();
            TestCall call = rig.call(id, rig.request(LONG, own)).endBody();
            assertThat(call.code()).isNull();
            assertThat(call.body()).isEqualTo("nozip!");
            assertThat(call.head().headers())
                    .contains(new Header("Content-Encoding", "gzip"), new Header("Content-Length", "6"));
            assertThat(head(rig, 0)).contains("\r\n" + line.toLowerCase(Locale.ROOT) + "\r\n");
            assertThat(head(rig, 0).split("accept-encoding", -1)).hasSizeLessThan(3);
        }
    }

    @Test
    void otherEncodingsAndEmptyBodiesAreLeftAsTheyAre() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            rig.engine.serve(talk -> {
                talk.readHead();
                talk.readBody();
                talk.write("HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 2\r\n\r\nbr");
                talk.readHead();
                talk.readBody();
                talk.write("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n");
                talk.readHead();
                talk.readBody();
                talk.write("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
            });
            String id = rig.ready();
            TestCall brotli = rig.call(id).endBody();
            assertThat(brotli.code()).isNull();
            assertThat(brotli.head().headers()).contains(new Header("Content-Encoding", "br"));
            rig.heard(ContainerReleased.class);
            TestCall empty = rig.call(id).endBody();
            assertThat(empty.code()).isNull();
            assertThat(empty.head().headers()).contains(new Header("Content-Encoding", "gzip"));
            rig.heard(ContainerReleased.class);
            TestCall nothing = rig.call(id).endBody();
            assertThat(nothing.code()).isNull();
            assertThat(nothing.head().headers()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatIsNotWholeGzipBreaksTheResponse(boolean cut) throws Exception {
        byte[] body = gzip(new byte[1000]);
        byte[] broken = cut ? Arrays.copyOf(body, body.length - 3) : body.clone();
        if (!cut) {
            broken[broken.length - 6] ^= 1;
        }
        try (WorkerRig rig = WorkerRig.start()) {
            rig.engine.serve(packed(broken, false));
            String id = rig.ready();
            TestCall call = rig.call(id).endBody();
            assertThat(call.code()).isEqualTo(ErrorCode.RESPONSE_BROKEN);
            assertThat(call.head().status()).isEqualTo(200);
            rig.heard(ContainerEnding.class);
            rig.assertGone(id);
        }
    }

    @Test
    void theLimitCountsWhatIsUnpacked() throws Exception {
        byte[] bomb = gzip(new byte[32 << 20]);
        try (WorkerRig rig = new WorkerRig(new RigSettings().maxResponseBytes(1_000_000))) {
            rig.engine.serve(packed(bomb, true));
            String id = rig.ready();
            TestCall call = rig.call(id).endBody();
            assertThat(call.code()).isEqualTo(ErrorCode.RESPONSE_TOO_BIG);
            assertThat(call.bodyLength()).isEqualTo(1_000_000);
            rig.heard(ContainerReleased.class);
            rig.remove(id);
            rig.assertGone(id);
        }
    }

    /** What is held of it is what the caller's window takes, until the caller takes more, or the call ends. */
    @Test
    void aBombWaitsForItsCaller() throws Exception {
        byte[] bomb = gzip(new byte[32 << 20]);
        try (WorkerRig rig = WorkerRig.start()) {
            rig.engine.serve(packed(bomb, true));
            String id = rig.ready();
            TestCall slow = rig.call(id).pause().endBody();
            slow.head();
            rig.settle();
            assertThat(slow.bodyLength()).isZero();
            slow.resume();
            assertThat(slow.code()).isNull();
            assertThat(slow.bodyLength()).isEqualTo(32 << 20);
            rig.heard(ContainerReleased.class);

            TestCall gone = rig.call(id).pause().endBody();
            gone.head();
            gone.cancel();
            rig.heard(ContainerReleased.class);
            rig.remove(id);
            rig.assertGone(id);
        }
    }
}
