package dev.berth.cluster;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Which members take connections and say nothing, as a process does that stands still: the kernel greets for it.
 * Hazelcast would wait for one of these for minutes before it gives the whole start up.
 */
final class SilentMembers {
    /** How a member of Hazelcast greets; another answers with the same, or says that it speaks something else. */
    private static final byte[] GREETING = "HZC".getBytes(StandardCharsets.US_ASCII);

    private SilentMembers() {}

    /**
     * Greets all at once. Blocks for as long as the slowest takes, at most for {@code patience}.
     *
     * @param addresses each {@code host} or {@code host:port}
     * @param port of an address without one
     * @return those that took the greeting and neither answered nor hung up
     */
    static List<String> among(List<String> addresses, int port, Duration patience) throws IOException {
        try (Selector selector = Selector.open()) {
            for (String address : addresses) {
                greet(selector, address, port);
            }
            long end = System.nanoTime() + patience.toNanos();
            long left = patience.toMillis();
            while (!selector.keys().isEmpty() && left > 0) {
                selector.select(SilentMembers::advance, left);
                selector.selectNow();
                left = (end - System.nanoTime()) / 1_000_000;
            }
            List<String> silent = new ArrayList<>();
            for (SelectionKey key : selector.keys()) {
                if (key.interestOps() == SelectionKey.OP_READ) {
                    silent.add((String) key.attachment());
                }
                key.channel().close();
            }
            return silent;
        }
    }

    private static void greet(Selector selector, String address, int port) {
        int colon = address.lastIndexOf(':');
        InetSocketAddress member = colon < 0
                ? new InetSocketAddress(address, port)
                : new InetSocketAddress(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
        if (member.isUnresolved()) {
            return;
        }
        try {
            SocketChannel channel = SocketChannel.open();
            channel.configureBlocking(false);
            SelectionKey key = channel.register(selector, SelectionKey.OP_CONNECT, address);
            try {
                if (channel.connect(member)) {
                    advance(key);
                }
            } catch (IOException refused) {
                close(channel);
            }
        } catch (IOException noDescriptor) {
            // Then it is not known to be silent.
        }
    }

    private static void advance(SelectionKey key) {
        SocketChannel channel = (SocketChannel) key.channel();
        try {
            if (key.interestOps() == SelectionKey.OP_CONNECT) {
                channel.finishConnect();
                channel.write(ByteBuffer.wrap(GREETING));
                key.interestOps(SelectionKey.OP_READ);
            } else {
                channel.close();
            }
        } catch (IOException refused) {
            close(channel);
        }
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException closed) {
            // It is of no use any more.
        }
    }
}
