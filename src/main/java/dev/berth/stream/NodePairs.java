package dev.berth.stream;

import dev.berth.bus.Addresses;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.Shareable;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** All {@link NodePair}s of a Vert.x instance, each for as long as an endpoint uses it. Any thread. */
final class NodePairs implements Shareable {
    private static final String NAME = "berth.stream.pairs";

    /** Of two incarnations. */
    private record Key(String here, String there) {}

    private record Used(NodePair pair, int users) {}

    private final ConcurrentMap<Key, Used> pairs = new ConcurrentHashMap<>();

    static NodePairs of(Vertx vertx) {
        return vertx.sharedData().<String, NodePairs>getLocalMap(NAME).computeIfAbsent(NAME, key -> new NodePairs());
    }

    /** To be released as often as it was acquired. */
    NodePair acquire(String address, String peer) {
        return Objects.requireNonNull(pairs.compute(
                        key(address, peer),
                        (key, used) ->
                                used == null ? new Used(new NodePair(), 1) : new Used(used.pair, used.users + 1)))
                .pair;
    }

    void release(String address, String peer) {
        pairs.computeIfPresent(
                key(address, peer), (key, used) -> used.users == 1 ? null : new Used(used.pair, used.users - 1));
    }

    /** For tests. */
    int size() {
        return pairs.size();
    }

    private static Key key(String address, String peer) {
        return new Key(node(address), node(peer));
    }

    private static String node(String address) {
        String incarnation = Addresses.incarnation(address);
        return incarnation == null ? address : incarnation;
    }
}
