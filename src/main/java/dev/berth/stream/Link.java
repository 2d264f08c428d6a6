package dev.berth.stream;

import java.util.List;

/**
 * The way from this node to another one. All messages go one after the other, and the bus takes whatever it is given; so
 * it is given half a MiB of bodies at most, and a beat, a grant or a cancel never waits behind more than that and what
 * the socket has. Small pieces have a lane of their own: a short call does not wait for the turns of long ones.
 */
final class Link {
    private static final int SMALL_PIECE = 4 << 10;
    private static final int LARGEST_PIECE = 64 << 10;
    private static final long SMALL = 96 << 10;
    private static final long LARGE = 416 << 10;

    private final Lane small = new Lane(SMALL_PIECE, SMALL);
    private final Lane large = new Lane(LARGEST_PIECE, LARGE);

    Lane lane(int bytes) {
        return bytes <= SMALL_PIECE ? small : large;
    }

    /** The bus has written these, or never will. */
    void written(List<Envelope.Packet> packets) {
        for (Envelope.Packet packet : packets) {
            if (packet.frame() instanceof Frame.Data data) {
                int bytes = data.bytes().length();
                lane(bytes).release(Lane.cost(bytes));
            }
        }
    }

    /** Bytes with the bus. */
    long underWay() {
        return small.underWay() + large.underWay();
    }
}
