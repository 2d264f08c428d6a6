package dev.berth.stream;

/**
 * What travels over the bus.
 *
 * @param from frames address of the sender
 */
record Envelope(StreamId stream, String from, Frame frame) {}
