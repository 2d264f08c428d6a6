package dev.berth.ingress;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.ByteToMessageDecoder;

/**
 * Puts what is read from a connection behind the part of a frame that was read before. The library copies both into
 * memory that grows, up to a MiB for all that is read in one turn. Here a large piece is not copied. Small ones are, for a
 * client that sends its frames byte by byte must not cost a buffer for each. Keeps nothing; any thread.
 */
final class JoinedReads implements ByteToMessageDecoder.Cumulator {
    /** A piece of so many bytes is worth a buffer of its own. */
    static final int LARGE = 8 * 1024;

    @Override
    public ByteBuf cumulate(ByteBufAllocator allocator, ByteBuf before, ByteBuf read) {
        ByteToMessageDecoder.Cumulator how = read.readableBytes() < LARGE
                ? ByteToMessageDecoder.MERGE_CUMULATOR
                : ByteToMessageDecoder.COMPOSITE_CUMULATOR;
        return how.cumulate(allocator, before, read);
    }
}
