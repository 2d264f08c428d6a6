package dev.berth.ingress;

import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.MessageSizeOverflowException;
import io.vertx.grpc.server.StatusException;

/** What a client is told that sends too large a message. */
public final class Oversize {
    /** Of the methods besides Engage. The library keeps a message while it comes. */
    public static final int MAX_SMALL_MESSAGE = 64 * 1024;

    private Oversize() {}

    static String text(long messageBytes, int maxMessageBytes) {
        return "grpc: received message larger than max (" + messageBytes + " vs. " + maxMessageBytes + ")";
    }

    /** Of a method besides Engage. */
    static StatusException status(MessageSizeOverflowException tooBig) {
        return new StatusException(GrpcStatus.RESOURCE_EXHAUSTED, text(tooBig.messageSize(), MAX_SMALL_MESSAGE));
    }
}
