package dev.berth.stream;

import dev.berth.config.StreamConfig;
import org.jspecify.annotations.Nullable;

/**
 * How much the two halves of a new stream may have under way. Within a node that is the setting. Between nodes it
 * begins small, and grows as far as there is room for all streams between the two.
 *
 * @param inbound account of the peer's bytes
 * @param credit bytes to send before the peer's first grant
 * @param frame largest piece to send at once
 * @param queue bytes that may wait for credit
 * @param presumed where the credit was taken without asking the peer; null if the peer gave it
 */
record Windows(
        GrantMeter inbound,
        long credit,
        int frame,
        long queue,
        @Nullable RoomShare presumed) {
    private static final int QUEUED_WINDOWS = 4;
    private static final int LARGEST_FRAME = 64 << 10;

    /**
     * Of a stream that is opened here.
     *
     * @param pair null within a node
     * @param peerWindow bytes the peer takes before its first grant
     */
    static Windows opened(StreamConfig config, @Nullable NodePair pair, long peerWindow) {
        long window = config.windowBytes();
        if (pair == null) {
            return new Windows(new GrantMeter(window, window), peerWindow, config.maxFrameBytes(), queue(config), null);
        }
        RoomShare answer = new RoomShare(pair.inbound());
        RoomShare request = new RoomShare(pair.presumed());
        answer.widen();
        request.widen();
        request.keep(peerWindow);
        return new Windows(
                new GrantMeter(answer, answer.held()), request.held(), frame(config), queue(config), request);
    }

    /**
     * Of a stream that the peer has opened. Of a request from another node nothing is granted before some of it is read:
     * to its initiator a grant shows that the call was taken.
     *
     * @param pair null within a node
     */
    static Windows accepted(StreamConfig config, @Nullable NodePair pair, Frame.Open open) {
        long window = config.windowBytes();
        if (pair == null) {
            return new Windows(
                    new GrantMeter(window, open.credit()), open.window(), config.maxFrameBytes(), queue(config), null);
        }
        RoomShare request = new RoomShare(pair.inbound());
        request.claim(Math.min(window, Math.max(SharedRoom.LEAST, open.credit())));
        return new Windows(new GrantMeter(request, open.credit()), open.window(), frame(config), queue(config), null);
    }

    private static int frame(StreamConfig config) {
        return Math.min(LARGEST_FRAME, config.maxFrameBytes());
    }

    private static long queue(StreamConfig config) {
        return (long) QUEUED_WINDOWS * config.windowBytes();
    }
}
