package dev.berth.stream;

import io.vertx.core.eventbus.MessageProducer;

/** Another endpoint, as this one sees it. */
final class Peer {
    private final MessageProducer<Envelope> producer;
    private final String address;
    /** Live streams with it. */
    int streams;
    /** A frame came since the last tick. */
    boolean heard;
    /** Ticks since the last frame. */
    int silentTicks;

    Peer(String address, MessageProducer<Envelope> producer) {
        this.address = address;
        this.producer = producer;
    }

    String address() {
        return address;
    }

    MessageProducer<Envelope> producer() {
        return producer;
    }
}
