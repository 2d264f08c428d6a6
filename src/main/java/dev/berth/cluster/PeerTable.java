package dev.berth.cluster;

import static dev.berth.cluster.PeerEvent.DIGEST;
import static dev.berth.cluster.PeerEvent.DRAINING_DIGEST;
import static dev.berth.cluster.PeerEvent.GONE;
import static dev.berth.cluster.PeerEvent.GOODBYE;
import static dev.berth.cluster.PeerEvent.HEARD;
import static dev.berth.cluster.PeerEvent.LONG_SILENT;
import static dev.berth.cluster.PeerEvent.PAUSED;
import static dev.berth.cluster.PeerEvent.SILENT;
import static dev.berth.cluster.PeerState.DRAINING;
import static dev.berth.cluster.PeerState.JOINING;
import static dev.berth.cluster.PeerState.LEFT;
import static dev.berth.cluster.PeerState.LOST;
import static dev.berth.cluster.PeerState.SUSPECT;
import static dev.berth.cluster.PeerState.UP;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Every change of a peer's state. A pair that is not listed changes nothing: messages come late, twice and out of
 * order, so each event may meet each state.
 */
final class PeerTable {
    record Row(PeerState from, PeerEvent on, PeerState to) {}

    static final List<Row> ROWS = List.of(
            new Row(JOINING, DIGEST, UP),
            new Row(JOINING, DRAINING_DIGEST, DRAINING),
            new Row(JOINING, GONE, LOST),
            new Row(JOINING, GOODBYE, LEFT),
            new Row(UP, DRAINING_DIGEST, DRAINING),
            new Row(UP, SILENT, SUSPECT),
            new Row(UP, PAUSED, SUSPECT),
            new Row(UP, LONG_SILENT, LOST),
            new Row(UP, GONE, LOST),
            new Row(UP, GOODBYE, LEFT),
            new Row(SUSPECT, DIGEST, UP),
            new Row(SUSPECT, HEARD, UP),
            new Row(SUSPECT, DRAINING_DIGEST, DRAINING),
            new Row(SUSPECT, LONG_SILENT, LOST),
            new Row(SUSPECT, GONE, LOST),
            new Row(SUSPECT, GOODBYE, LEFT),
            // Its digest was dropped when it was lost: it is heard again once it has sent a full one.
            new Row(LOST, DIGEST, UP),
            new Row(LOST, DRAINING_DIGEST, DRAINING),
            new Row(LOST, GOODBYE, LEFT),
            // Nothing is placed there, so there is nothing to suspect; and an incarnation does not drain back.
            new Row(DRAINING, LONG_SILENT, LOST),
            new Row(DRAINING, GONE, LOST),
            new Row(DRAINING, GOODBYE, LEFT));

    private static final Map<PeerState, Map<PeerEvent, PeerState>> NEXT = new EnumMap<>(PeerState.class);

    static {
        for (Row row : ROWS) {
            PeerState twice = NEXT.computeIfAbsent(row.from, from -> new EnumMap<>(PeerEvent.class))
                    .put(row.on, row.to);
            if (twice != null || row.from == LEFT) {
                throw new IllegalStateException("not a row: " + row);
            }
        }
    }

    private PeerTable() {}

    static PeerState next(PeerState from, PeerEvent on) {
        return NEXT.getOrDefault(from, Map.of()).getOrDefault(on, from);
    }
}
