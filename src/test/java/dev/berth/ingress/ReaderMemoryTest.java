package dev.berth.ingress;

import static dev.berth.ingress.ReaderRig.MAX;
import static dev.berth.ingress.ReaderRig.message;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a {@link MessageReader} keeps in memory, and how it bounds that by its window and the budget of the node. */
final class ReaderMemoryTest {
    private static final int FRAME_OF_CLI = 64 * 1024;
    private static final int WRAPPING = 8;
    private final ReaderRig rig = new ReaderRig();

    @Test
    void whileItIsPausedTheWindowIsClosedOnceMoreThanAShortBodyIsKept() {
        rig.give(message("pause 1"), message("x".repeat(MAX)));
        assertThat(rig.windows).isEmpty();

        for (int i = 0; i < 16; i++) {
            rig.request.onChunk.handle(message("x".repeat(MAX)));
        }
        assertThat(rig.windows).containsExactly(0);
        assertThat(rig.budget.taken()).isBetween(17_000L, 36_000L);

        rig.reader.resume();

        assertThat(rig.windows).containsExactly(0, MessageReader.FIRST_WINDOW);
        assertThat(rig.events).hasSize(18);
        assertThat(rig.budget.taken()).isZero();
    }

    @Test
    void aWideWindowIsPaidForAndOpenedAgainAsWide() {
        rig.give(message("pause 1"));
        rig.reader.widen(1 << 20);
        assertThat(rig.budget.taken()).isEqualTo(1 << 20);
        for (int i = 0; i < 20; i++) {
            rig.request.onChunk.handle(message("x".repeat(MAX)));
        }

        rig.reader.resume();

        assertThat(rig.windows).containsExactly(1 << 20, 0, 1 << 20);
        rig.reader.drop();
        assertThat(rig.budget.taken()).isZero();
    }

    @Test
    void whatThereIsNoMemoryForIsToldOnceAndTheRestIsDropped() {
        NodeBudget.Lease other = rig.budget.lease();
        assertThat(other.hold(rig.budget.limitOfWaiting())).isTrue();

        rig.give(message("pause 1"));
        for (int i = 0; i < 20; i++) {
            rig.request.onChunk.handle(message("x".repeat(MAX)));
        }
        rig.reader.resume();

        assertThat(rig.events).containsExactly("pause 1", "over budget");
        assertThat(rig.budget.taken()).isEqualTo(rig.budget.limitOfWaiting());
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 5, 16_384})
    void frameOf64KiBIsPutTogetherInMemoryThatNeedNotGrow(int firstChunk) {
        int length = FRAME_OF_CLI + WRAPPING;
        ReaderRig frames = new ReaderRig(2 * length, rig.budget);
        Buffer bytes = message("x".repeat(length));

        frames.give(bytes.getBuffer(0, firstChunk), bytes.getBuffer(firstChunk, bytes.length()));

        assertThat(frames.payloads).hasSize(1);
        ByteBuf memory = ((BufferInternal) frames.payloads.get(0)).getByteBuf().unwrap();
        assertThat(memory.capacity()).isLessThan(length + WRAPPING);
    }

    @Test
    void largeChunksThatComeDuringAPauseAreNotCopied() {
        int length = FRAME_OF_CLI / 4;
        ReaderRig frames = new ReaderRig(length, rig.budget);
        frames.reader.start();
        frames.reader.pause();
        List<Buffer> chunks = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            chunks.add(message("x".repeat(length)));
            frames.request.onChunk.handle(chunks.get(i));
        }

        frames.reader.resume();

        assertThat(frames.payloads).hasSize(4);
        for (int i = 0; i < 4; i++) {
            byte[] memory = ((BufferInternal) chunks.get(i)).getByteBuf().array();
            assertThat(((BufferInternal) frames.payloads.get(i)).getByteBuf().array())
                    .isSameAs(memory);
        }
        assertThat(rig.budget.taken()).isZero();
    }

    @Test
    void aClientThatTricklesDuringAPausePaysForItsBytes() {
        rig.give(message("pause 1"));
        for (int i = 0; i < 30; i++) {
            for (byte one : message("x".repeat(MAX)).getBytes()) {
                rig.request.onChunk.handle(Buffer.buffer(new byte[] {one}));
            }
        }
        assertThat(rig.budget.taken()).isBetween(30_000L, 70_000L);

        rig.reader.resume();

        assertThat(rig.events).hasSize(31);
        assertThat(rig.budget.taken()).isZero();
    }

    @Test
    void aPrefixThatIsRefusedCostsNoRoomForItsMessage() {
        int streams = 500;
        NodeBudget full = new NodeBudget(1 << 20);
        full.reserve(1 << 20);
        Buffer prefix = Buffer.buffer().appendByte((byte) 0).appendInt(FRAME_OF_CLI);
        List<ReaderRig> refused = new ArrayList<>();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < streams; i++) {
            ReaderRig flooding = new ReaderRig(FRAME_OF_CLI, full);
            // Every second prefix comes in two pieces.
            int cut = i % 2 == 0 ? prefix.length() : 3;
            flooding.give(prefix.slice(0, cut), prefix.slice(cut, prefix.length()));
            refused.add(flooding);
        }
        long each = (threads.getCurrentThreadAllocatedBytes() - before) / streams;

        assertThat(refused).allMatch(one -> one.events.equals(List.of("over budget")));
        assertThat(each).isLessThan(16 * 1024);
        assertThat(full.taken()).isEqualTo(1 << 20);
    }
}
