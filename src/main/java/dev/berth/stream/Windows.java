package dev.berth.stream;

import dev.berth.config.StreamConfig;

/**
 * How much the two halves of a new stream may have under way. Within a node that is the setting. To another node a
 * window is wider, for the way is longer, but all that come from one endpoint there have a bound together, which they
 * share: the more streams there are, the narrower is a new one.
 *
 * @param inbound bytes to hold of the peer's
 * @param start of these, the bytes that the peer may send before the first grant
 * @param frame largest piece to send at once
 */
record Windows(long inbound, long start, int frame) {
    private static final long WIDEST = 1 << 20;
    private static final long NARROWEST = 64 << 10;
    private static final long ALL_OF_PEER = 8 << 20;
    private static final int LARGEST_FRAME = 64 << 10;

    static Windows here(StreamConfig config) {
        return new Windows(config.windowBytes(), config.windowBytes(), config.maxFrameBytes());
    }

    /** Of a stream that is opened here. {@code streams}: how many are shared with the peer already. */
    static Windows opened(StreamConfig config, int streams) {
        long share = share(streams);
        return new Windows(share, share, Math.min(LARGEST_FRAME, config.maxFrameBytes()));
    }

    /**
     * Of a stream that another node has opened. Its first grant is not given away before something is read: to its
     * initiator a grant shows that the call was taken.
     *
     * @param credit what the initiator takes itself to have
     */
    static Windows accepted(StreamConfig config, int streams, long credit) {
        long start = config.windowBytes();
        return new Windows(
                credit < start ? start : Math.max(share(streams), start),
                start,
                Math.min(LARGEST_FRAME, config.maxFrameBytes()));
    }

    private static long share(int streams) {
        return Math.max(NARROWEST, Math.min(WIDEST, ALL_OF_PEER / (streams + 1)));
    }
}
