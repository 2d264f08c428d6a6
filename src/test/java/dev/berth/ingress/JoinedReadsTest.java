package dev.berth.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.Test;

final class JoinedReadsTest {
    private final ByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    private final JoinedReads reads = new JoinedReads();

    private ByteBuf read(int bytes, int first) {
        ByteBuf read = allocator.buffer(bytes);
        for (int i = 0; i < bytes; i++) {
            read.writeByte(first + i);
        }
        return read;
    }

    @Test
    void largePiecesAreJoinedWithoutACopy() {
        ByteBuf joined = read(100, 0);
        long[] memory = new long[4];
        for (int i = 0; i < memory.length; i++) {
            ByteBuf next = read(JoinedReads.LARGE, i);
            memory[i] = next.memoryAddress();
            joined = reads.cumulate(allocator, joined, next);
        }

        assertThat(joined.readableBytes()).isEqualTo(100 + memory.length * JoinedReads.LARGE);
        assertThat(joined).isInstanceOf(CompositeByteBuf.class);
        for (int i = 0; i < memory.length; i++) {
            ByteBuf part = ((CompositeByteBuf) joined).component(1 + i);
            assertThat(part.memoryAddress()).isEqualTo(memory[i]);
            assertThat(part.getByte(0)).isEqualTo((byte) i);
        }
        assertThat(joined.release()).isTrue();
    }

    @Test
    void aClientThatTricklesCostsNoBufferForEachOfItsBytes() {
        ByteBuf joined = reads.cumulate(allocator, read(100, 0), read(JoinedReads.LARGE, 7));
        for (int i = 0; i < JoinedReads.LARGE; i++) {
            ByteBuf next = read(1, i);
            joined = reads.cumulate(allocator, joined, next);
            assertThat(next.refCnt()).isZero();
        }

        assertThat(((CompositeByteBuf) joined).numComponents()).isLessThan(8);
        assertThat(joined.capacity()).isLessThan(8 * JoinedReads.LARGE);
        joined.skipBytes(100);
        for (int i = 0; i < JoinedReads.LARGE; i++) {
            assertThat(joined.readByte()).isEqualTo((byte) (7 + i));
        }
        for (int i = 0; i < JoinedReads.LARGE; i++) {
            assertThat(joined.readByte()).isEqualTo((byte) i);
        }
        assertThat(joined.release()).isTrue();
    }
}
