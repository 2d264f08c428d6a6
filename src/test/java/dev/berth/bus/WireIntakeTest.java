package dev.berth.bus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.fuzz.FuzzRun;
import dev.berth.fuzz.Mutations;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;
import io.vertx.core.eventbus.impl.clustered.ClusteredMessage;
import io.vertx.core.eventbus.impl.codecs.PingMessageCodec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Of what the library writes for another node some is taken, and the rest passes unchanged. */
final class WireIntakeTest {
    private static final String CODEC = "test.frames";
    private static final String ADDRESS = "berth.here.worker.0.frames";

    private final List<String> taken = new ArrayList<>();
    private final List<ByteBuf> reads = new ArrayList<>();
    private boolean takes = true;
    private EmbeddedChannel channel = channel();

    private EmbeddedChannel channel() {
        return new EmbeddedChannel(new WireIntake(CODEC, (address, message, body) -> {
            taken.add(address + " " + message.getString(body, message.length()));
            return takes;
        }));
    }

    @AfterEach
    void nothingIsHeld() {
        channel.finishAndReleaseAll();
        assertThat(reads).allMatch(read -> read.refCnt() == 0);
    }

    /** As the bus writes it. */
    private static Buffer message(String codec, String body, MultiMap headers, boolean send) {
        return new ClusteredMessage<>("sender", ADDRESS, headers, Buffer.buffer(body), new Named(codec), send, null)
                .encodeToWire();
    }

    private static Buffer message(String body) {
        return message(CODEC, body, null, true);
    }

    private static Buffer ping() {
        return new ClusteredMessage<>("sender", "__vertx_ping", null, null, new PingMessageCodec(), true, null)
                .encodeToWire();
    }

    private void arrive(Buffer bytes, int piece) {
        for (int at = 0; at < bytes.length(); at += piece) {
            ByteBuf read = Unpooled.copiedBuffer(bytes.getBytes(at, Math.min(bytes.length(), at + piece)));
            reads.add(read);
            channel.writeInbound(read);
        }
    }

    private Buffer passed() {
        Buffer all = Buffer.buffer();
        for (ByteBuf next; (next = channel.readInbound()) != null; next.release()) {
            byte[] bytes = new byte[next.readableBytes()];
            next.readBytes(bytes);
            all.appendBytes(bytes);
        }
        return all;
    }

    @Test
    void messagesOfTheCodecAreTakenHoweverTheyAreCutAndTheOthersPassUnchanged() {
        Buffer others = Buffer.buffer()
                .appendBuffer(ping())
                .appendBuffer(message("test.other", "theirs", null, true))
                .appendBuffer(message("test.framed", "theirs", null, true));
        String large = "x".repeat(100_000);
        Buffer all = Buffer.buffer()
                .appendBuffer(message("one"))
                .appendBuffer(others)
                .appendBuffer(message(""))
                .appendBuffer(message(large))
                .appendBuffer(message("last"));

        for (int piece : new int[] {1, 2, 3, 7, 25, 26, 27, 64, 1000, 65_536, all.length()}) {
            taken.clear();

            arrive(all, piece);

            assertThat(taken)
                    .as("pieces of %d", piece)
                    .containsExactly(ADDRESS + " one", ADDRESS + " ", ADDRESS + " " + large, ADDRESS + " last");
            assertThat(passed()).isEqualTo(others);
        }
    }

    @Test
    void whatIsNotTakenGoesToTheLibraryInItsPlace() {
        takes = false;
        Buffer all = Buffer.buffer()
                .appendBuffer(ping())
                .appendBuffer(message("one"))
                .appendBuffer(ping());

        arrive(all, 10);

        assertThat(taken).containsExactly(ADDRESS + " one");
        assertThat(passed()).isEqualTo(all);
    }

    @Test
    void whatIsPublishedOrHasHeadersIsTheLibrarys() {
        Buffer all = Buffer.buffer()
                .appendBuffer(
                        message(CODEC, "a", MultiMap.caseInsensitiveMultiMap().add("k", "v"), true))
                .appendBuffer(message(CODEC, "b", null, false));

        arrive(all, 50);

        assertThat(taken).isEmpty();
        assertThat(passed()).isEqualTo(all);
    }

    @Test
    void aMessageThatIsTooLargeIsTheLibrarysAndNoRoomIsMadeForIt() {
        Buffer all = message("x".repeat(256 << 10)).appendBuffer(message("after"));

        arrive(all, 60_000);

        assertThat(taken).containsExactly(ADDRESS + " after");
        assertThat(passed())
                .isEqualTo(all.getBuffer(0, all.length() - message("after").length()));
    }

    @Test
    void aLengthThatIsNoneLetsAllPassThatFollows() {
        Buffer all = Buffer.buffer().appendInt(-2).appendBuffer(message("after"));

        arrive(all, 9);

        assertThat(taken).isEmpty();
        assertThat(passed()).isEqualTo(all);
    }

    @Test
    void aLengthOfLessThanAnyMessageHasIsTheLibrarys() {
        Buffer all =
                Buffer.buffer().appendInt(3).appendString("abc").appendInt(0).appendBuffer(message("after"));

        arrive(all, 1);

        assertThat(taken).containsExactly(ADDRESS + " after");
        assertThat(passed()).isEqualTo(all.getBuffer(0, 11));
    }

    /** Whatever arrives: what is not taken passes, in its order. */
    @Test
    void changedMessagesPassWhole() {
        takes = false;
        List<byte[]> whole = List.of(message("body of it").getBytes(), ping().getBytes());
        try (FuzzRun run = new FuzzRun(WireIntakeTest.class, 100)) {
            for (int input = 0; input < run.inputs(); input++) {
                Random random = run.random(input);
                Buffer valid = message("one").appendBuffer(ping()).appendBuffer(message("another"));
                byte[] changed = Mutations.some(valid.getBytes(), random, 6, whole);
                try {
                    changedPasses(changed, 1 + random.nextInt(40));
                } catch (RuntimeException | AssertionError wrong) {
                    run.failed(input, wrong.toString(), HexFormat.of().formatHex(changed));
                }
                run.over(input + 1);
            }
            run.verify();
        }
    }

    private void changedPasses(byte[] changed, int piece) {
        channel = channel();
        reads.clear();
        arrive(Buffer.buffer(changed), piece);
        byte[] passed = passed().getBytes();
        channel.finishAndReleaseAll();
        assertThat(passed).isEqualTo(Arrays.copyOf(changed, passed.length));
        assertThat(reads).allMatch(read -> read.refCnt() == 0);
    }

    private record Named(String name) implements MessageCodec<Buffer, Buffer> {
        @Override
        public void encodeToWire(Buffer buffer, Buffer body) {
            buffer.appendBuffer(body);
        }

        @Override
        public Buffer decodeFromWire(int position, Buffer buffer) {
            return buffer.getBuffer(position, buffer.length());
        }

        @Override
        public Buffer transform(Buffer body) {
            return body;
        }

        @Override
        public byte systemCodecID() {
            return -1;
        }
    }
}
