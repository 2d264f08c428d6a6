package dev.berth.cluster;

import java.util.ArrayList;
import java.util.List;

/** For each function another order of the nodes, the same on all nodes. */
final class Rendezvous {
    /** How many nodes keep the directory of a function: one may be lost at any time. */
    static final int HOMES = 2;

    private Rendezvous() {}

    /** What a node takes part with: reckoned once for each. */
    static long seed(String incarnation) {
        long mixed = 0;
        for (int i = 0; i < incarnation.length(); i++) {
            mixed = mix(mixed ^ incarnation.charAt(i));
        }
        return mixed;
    }

    /** The lower, the earlier. */
    static long rank(long seed, long hash) {
        return mix(seed ^ mix(hash));
    }

    private static long mix(long value) {
        long added = value + 0x9e3779b97f4a7c15L;
        long once = (added ^ (added >>> 30)) * 0xbf58476d1ce4e5b9L;
        long twice = (once ^ (once >>> 27)) * 0x94d049bb133111ebL;
        return twice ^ (twice >>> 31);
    }

    /** A node that takes part. */
    interface Node {
        String incarnation();

        long seed();
    }

    /** The first in the order, at most so many. */
    static <T extends Node> List<T> first(int most, Iterable<T> nodes, long hash) {
        List<T> first = new ArrayList<>(most + 1);
        for (T node : nodes) {
            int at = first.size();
            while (at > 0 && isBefore(node, first.get(at - 1), hash)) {
                at--;
            }
            if (at < most) {
                first.add(at, node);
                if (first.size() > most) {
                    first.remove(most);
                }
            }
        }
        return first;
    }

    private static boolean isBefore(Node one, Node other, long hash) {
        int order = Long.compare(rank(one.seed(), hash), rank(other.seed(), hash));
        return order < 0 || (order == 0 && one.incarnation().compareTo(other.incarnation()) < 0);
    }
}
