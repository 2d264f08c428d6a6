package dev.berth.stream;

import java.util.List;

/**
 * What travels over the bus: frames from one endpoint to another, in the order sent.
 *
 * @param from frames address of the sender
 */
record Envelope(String from, List<Packet> packets) {
    Envelope {
        packets = List.copyOf(packets);
    }

    /** @param stream whose frame it is */
    record Packet(StreamId stream, Frame frame) {}
}
