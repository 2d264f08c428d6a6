package dev.berth.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports for processes that start later. None of those that the system gives to whoever asks for any, from 32768 on: one
 * of these that is free now may be a connection's when the process gets to it.
 */
public final class FreePorts {
    private static final int FIRST = 10_000;
    private static final int END = 32_000;

    private FreePorts() {}

    /** One of the loopback interface that nobody listens on. */
    public static int next() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, END);
            if (isFree(port)) {
                return port;
            }
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }
}
