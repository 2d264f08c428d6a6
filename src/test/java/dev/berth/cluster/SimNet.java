package dev.berth.cluster;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;

/**
 * Virtual time, and links that behave as the bus does: in order while a connection lasts; what was written is lost
 * without a word when it breaks; a write fails for certain only while there is no connection; and a stopped process
 * takes everything into its socket.
 */
final class SimNet {
    private static final long MS = 1_000_000L;
    private static final long USER_TIMEOUT = 2_000 * MS;
    private static final long REFUSED = 100 * MS;
    private static final long CONNECT_TIMEOUT = 1_000 * MS;

    long now;
    private long numbers;
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final Map<Integer, Link> links = new HashMap<>();
    private final Map<Integer, Queue<Runnable>> stopped = new HashMap<>();

    private record Event(long time, long number, int node, Runnable what) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            return time != other.time ? Long.compare(time, other.time) : Long.compare(number, other.number);
        }
    }

    /** One direction between two nodes. */
    private static final class Link {
        boolean cut;
        long cutSince;
        long delay = MS / 5;
        long lastArrival;
        int connection;
    }

    /** On the clock of a node, which stands still while it is stopped; of nobody's: -1. */
    void at(long time, int node, Runnable what) {
        events.add(new Event(Math.max(time, now), ++numbers, node, what));
    }

    /** False when nothing is left to happen. */
    boolean step() {
        Event event = events.poll();
        if (event == null) {
            return false;
        }
        now = event.time;
        Queue<Runnable> waiting = stopped.get(event.node);
        if (waiting == null) {
            event.what.run();
        } else {
            waiting.add(event.what);
        }
        return true;
    }

    void stop(int node) {
        stopped.putIfAbsent(node, new ArrayDeque<>());
    }

    void goOn(int node) {
        Queue<Runnable> waiting = stopped.remove(node);
        while (waiting != null && !waiting.isEmpty()) {
            at(now, node, waiting.poll());
        }
    }

    boolean isStopped(int node) {
        return stopped.containsKey(node);
    }

    void cut(int from, int to, boolean cut) {
        Link link = link(from, to);
        if (cut && !link.cut) {
            link.cutSince = now;
        }
        link.cut = cut;
    }

    boolean isCut(int from, int to) {
        return link(from, to).cut;
    }

    void slow(int from, int to, long millis) {
        link(from, to).delay = millis * MS;
    }

    /** All connections of a process end with it; what was on its way is lost. */
    void breakAll(int node, int nodes) {
        for (int other = 0; other < nodes; other++) {
            link(node, other).connection++;
            link(other, node).connection++;
        }
    }

    /**
     * @param listening whether the process at the other end is there
     * @param arrived on the receiver's clock
     * @param refused on the sender's clock
     */
    void send(int from, int to, boolean listening, Runnable arrived, Runnable refused) {
        Link link = link(from, to);
        boolean unreachable = link.cut || link(to, from).cut;
        if (!listening) {
            at(now + (unreachable ? CONNECT_TIMEOUT : REFUSED), from, refused);
        } else if (unreachable && now - Math.max(link.cutSince, link(to, from).cutSince) > USER_TIMEOUT) {
            link.connection++;
            at(now + CONNECT_TIMEOUT, from, refused);
        } else if (link.cut) {
            // In the socket of the sender: arrives if the link is well before the connection is given up.
            int connection = link.connection;
            retry(from, to, connection, now + USER_TIMEOUT, arrived);
        } else {
            deliver(link, to, arrived);
        }
    }

    private void retry(int from, int to, int connection, long until, Runnable arrived) {
        at(now + 50 * MS, -1, () -> {
            Link link = link(from, to);
            if (link.connection == connection && now < until) {
                if (link.cut) {
                    retry(from, to, connection, until, arrived);
                } else {
                    deliver(link, to, arrived);
                }
            }
        });
    }

    private void deliver(Link link, int to, Runnable arrived) {
        int connection = link.connection;
        link.lastArrival = Math.max(link.lastArrival, now + link.delay);
        at(link.lastArrival, to, () -> {
            if (link.connection == connection) {
                arrived.run();
            }
        });
    }

    private Link link(int from, int to) {
        return links.computeIfAbsent(from * 10_000 + to, id -> new Link());
    }
}
