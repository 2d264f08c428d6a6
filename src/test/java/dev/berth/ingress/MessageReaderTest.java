package dev.berth.ingress;

import static dev.berth.ingress.ReaderRig.MAX;
import static dev.berth.ingress.ReaderRig.message;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Which messages a {@link MessageReader} makes of what arrives, however it is cut, and when it delivers them. */
final class MessageReaderTest {
    private final ReaderRig rig = new ReaderRig();

    @Test
    void severalMessagesOfOneChunkAreDeliveredInOrder() {
        rig.give(message("a").appendBuffer(message("")).appendBuffer(message("c")));

        assertThat(rig.events).containsExactly("a", "", "c");
    }

    @Test
    void aPauseHoldsAtOnceWithinAChunk() {
        rig.give(message("pause 1").appendBuffer(message("b")));
        assertThat(rig.events).containsExactly("pause 1");

        rig.reader.resume();

        assertThat(rig.events).containsExactly("pause 1", "b");
    }

    @Test
    void theHalfCloseWaitsBehindWhatIsHeld() {
        rig.reader.start();
        rig.request.onChunk.handle(message("pause 1").appendBuffer(message("b")));
        rig.request.onEnd.handle(null);
        assertThat(rig.events).containsExactly("pause 1");

        rig.reader.resume();

        assertThat(rig.events).containsExactly("pause 1", "b", "half-close");
    }

    @Test
    void cutOffMessageAtTheEndIsBroken() {
        Buffer whole = message("abc");
        rig.request.endDue = true;

        rig.give(whole.slice(0, 6));

        assertThat(rig.events).containsExactly("INTERNAL the last message is cut off");
    }

    @Test
    void tooLargeMessageIsBrokenBeforeItHasArrivedAndTheRestIsDropped() {
        Buffer prefix = Buffer.buffer().appendByte((byte) 0).appendInt(MAX + 1);

        rig.give(prefix.slice(0, 3), prefix.slice(3, 5), Buffer.buffer("x"), message("never"));

        assertThat(rig.events)
                .containsExactly("RESOURCE_EXHAUSTED grpc: received message larger than max (1001 vs. 1000)");
        assertThat(rig.request.chunks).isEmpty();
    }

    @Test
    void messageOfFourGigabytesIsTooLarge() {
        rig.give(Buffer.buffer().appendByte((byte) 0).appendInt(-1));

        assertThat(rig.events)
                .containsExactly("RESOURCE_EXHAUSTED grpc: received message larger than max (4294967295 vs. 1000)");
    }

    @Test
    void compressedMessageIsBroken() {
        rig.give(Buffer.buffer().appendByte((byte) 1).appendInt(1).appendString("x"));

        assertThat(rig.events).hasSize(1).first().asString().startsWith("INTERNAL");
    }

    @Test
    void aResetIsToldOnceAndNothingAfterIt() {
        rig.give(message("pause 1").appendBuffer(message("b")));

        rig.request.onFailure.handle(new IllegalStateException("reset"));
        rig.reader.gone();
        rig.reader.resume();
        rig.reader.drop();

        assertThat(rig.events).containsExactly("pause 1", "gone");
    }

    @Test
    void droppedStreamsAreReadOnAndNothingIsDelivered() {
        rig.give(message("pause 1").appendBuffer(message("b")));

        rig.reader.drop();
        rig.request.chunks.add(message("c"));
        rig.request.endDue = true;
        rig.request.flow();

        assertThat(rig.events).containsExactly("pause 1");
        assertThat(rig.request.chunks).isEmpty();
    }

    @Property(tries = 500)
    void howeverCutAndPausedTheSameMessagesArrive(
            @ForAll @Size(max = 25) List<@IntRange(max = MAX) Integer> lengths,
            @ForAll @Size(min = 1, max = 12) List<@IntRange(min = 1, max = 700) Integer> cuts) {
        List<String> sent = new ArrayList<>();
        Buffer bytes = Buffer.buffer();
        for (int length : lengths) {
            String text = ((length % 3 == 0 ? "pause" : "m") + "x".repeat(MAX)).substring(0, length);
            sent.add(text);
            bytes.appendBuffer(message(text));
        }
        ReaderRig fresh = new ReaderRig();
        int at = 0;
        for (int i = 0; at < bytes.length(); i++) {
            int end = Math.min(bytes.length(), at + cuts.get(i % cuts.size()));
            fresh.request.chunks.add(bytes.getBuffer(at, end));
            at = end;
        }
        fresh.request.endDue = true;
        fresh.reader.start();
        fresh.request.flow();
        for (int i = 0; i <= lengths.size(); i++) {
            fresh.reader.resume();
            fresh.request.flow();
        }
        sent.add("half-close");
        assertThat(fresh.events).isEqualTo(sent);
    }
}
