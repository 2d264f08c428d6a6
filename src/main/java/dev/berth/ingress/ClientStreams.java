package dev.berth.ingress;

import io.vertx.core.http.HttpConnection;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one ingress instance and how many streams they may have together. Memory for streams is taken
 * for many at a time, so that a stream that opens and ends costs nothing here. Confined to the instance's event loop.
 */
public final class ClientStreams {
    /** Heap that one open stream with a short call costs, roughly. */
    static final int STREAM_BYTES = 8 * 1024;

    /** Streams that memory is taken for at a time. */
    private static final int BLOCK = 64;

    /** Streams that may be open at once besides, each until its client has been told that there is no room. */
    private static final int MOST_TURNED_AWAY = 512;

    /** Streams that are looked at to find one that has to go. */
    private static final int LOOKED_AT = 64;

    private final NodeBudget budget;
    private final Arrivals arrivals;
    private final long openNanos;
    private final NodeBudget.Lease lease;
    private final int most;
    private final Map<HttpConnection, ClientConnection> connections = new HashMap<>();
    /** Streams whose call has not come, with when they were opened, the oldest first. */
    private final Map<Engagement, Long> opening = new LinkedHashMap<>();
    /** Streams whose answer has ended and waits for the client to take it, the oldest first. */
    private final Set<Engagement> untaken = new LinkedHashSet<>();

    private int open;
    private int room;

    /** @param openTimeout how long a stream may take until its call has come */
    public ClientStreams(NodeBudget budget, Arrivals arrivals, Duration openTimeout) {
        this.budget = budget;
        this.arrivals = arrivals;
        this.openNanos = openTimeout.toNanos();
        this.lease = budget.lease();
        // Nor may bytes that wait keep calls from coming in.
        lease.running();
        this.most = (int) (budget.limit() / 4 * 3 / STREAM_BYTES);
    }

    /** Finds what is known of a connection since before it spoke. */
    public interface Arrivals {
        /** Null for a connection that does not speak HTTP/2. */
        @Nullable
        ClientConnection greet(HttpConnection speaking, ClientStreams streams);
    }

    NodeBudget budget() {
        return budget;
    }

    /** A connection that has just begun to speak; one that does not speak HTTP/2 stays unknown. */
    public void greet(HttpConnection opened) {
        ClientConnection connection = arrivals.greet(opened, this);
        if (connection != null) {
            connections.put(opened, connection);
        }
    }

    @Nullable
    public ClientConnection of(HttpConnection connection) {
        return connections.get(connection);
    }

    public void forget(HttpConnection connection) {
        connections.remove(connection);
    }

    void opened() {
        open++;
        if (open > room && room < most && lease.hold((long) (room + BLOCK) * STREAM_BYTES)) {
            room += BLOCK;
        }
    }

    void closed() {
        open--;
        if (room - open > 2 * BLOCK) {
            shrinkTo(room - BLOCK);
        }
    }

    /** Whether more streams are open than there is memory for. */
    private boolean crowded() {
        return open > room;
    }

    /** Whether so many are being turned away at once that even the telling costs too much. */
    boolean flooded() {
        return open > room + MOST_TURNED_AWAY;
    }

    /**
     * Whether one more stream of a connection is served; if need be, one that waits for its call, or for its client to
     * take its answer, is not: the oldest of a connection with many of these before any other.
     */
    public boolean admits(ClientConnection connection) {
        if (!crowded()) {
            return true;
        }
        return connection.isModest()
                && (ofMany(opening.keySet(), Engagement::turnAway)
                        || ofMany(untaken, Engagement::giveUp)
                        || oldest(opening.keySet(), Engagement::turnAway)
                        || oldest(untaken, Engagement::giveUp));
    }

    private static boolean ofMany(Collection<Engagement> streams, Consumer<Engagement> end) {
        int looked = 0;
        for (Engagement stream : streams) {
            if (!stream.connection().isModest()) {
                end.accept(stream);
                return true;
            }
            if (++looked == LOOKED_AT) {
                break;
            }
        }
        return false;
    }

    private static boolean oldest(Collection<Engagement> streams, Consumer<Engagement> end) {
        Iterator<Engagement> oldest = streams.iterator();
        if (!oldest.hasNext()) {
            return false;
        }
        end.accept(oldest.next());
        return true;
    }

    /** Whether a question of a connection is answered, which costs little and nobody else's place. */
    public boolean admitsQuestion(ClientConnection connection) {
        return !crowded() || connection.isModest();
    }

    void awaitCall(Engagement stream) {
        opening.put(stream, System.nanoTime());
        stream.connection().opening();
    }

    void callCame(Engagement stream) {
        if (opening.remove(stream) != null) {
            stream.connection().opened();
        }
    }

    void awaitTaking(Engagement stream) {
        if (untaken.add(stream)) {
            stream.connection().awaitTaking();
        }
    }

    void taken(Engagement stream) {
        if (!untaken.isEmpty() && untaken.remove(stream)) {
            stream.connection().taken();
        }
    }

    /** To be called now and then: ends what has been open without use for too long. */
    public void sweep() {
        long now = System.nanoTime();
        while (!opening.isEmpty()) {
            Map.Entry<Engagement, Long> oldest = opening.entrySet().iterator().next();
            if (now - oldest.getValue() < openNanos) {
                break;
            }
            oldest.getKey().turnAway();
        }
        connections.values().forEach(ClientConnection::sweep);
        if (open == 0) {
            shrinkTo(0);
        }
    }

    private void shrinkTo(int streams) {
        room = streams;
        lease.keep((long) room * STREAM_BYTES);
    }

    /** HTTP/2 streams open now. For tests. */
    int open() {
        return open;
    }
}
