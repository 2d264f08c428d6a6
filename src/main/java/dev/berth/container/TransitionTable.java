package dev.berth.container;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rows of a machine, at most one for each state and event. Immutable once built. */
public final class TransitionTable {
    private final Map<ContainerState, Map<ContainerEvent, Row>> cells = new EnumMap<>(ContainerState.class);
    private final List<Row> rows = new ArrayList<>();

    TransitionTable() {}

    /** @throws IllegalArgumentException for a second row with the same start, and for an exit from {@code GONE} */
    TransitionTable row(ContainerState from, ContainerEvent on, ContainerState to, ContainerEffect... effects) {
        if (from == ContainerState.GONE) {
            throw new IllegalArgumentException("GONE has no exit, not even by " + on);
        }
        if (find(from, on) != null) {
            throw new IllegalArgumentException("two rows for " + from + " × " + on);
        }
        Row row = new Row(from, on, to, List.of(effects));
        cells.computeIfAbsent(from, state -> new EnumMap<>(ContainerEvent.class))
                .put(on, row);
        rows.add(row);
        return this;
    }

    /** The same for each of several events. */
    TransitionTable rows(
            ContainerState from, List<ContainerEvent> events, ContainerState to, ContainerEffect... effects) {
        events.forEach(on -> row(from, on, to, effects));
        return this;
    }

    /** The row for this pair; null if it is not listed. */
    @Nullable
    Row find(ContainerState from, ContainerEvent on) {
        Map<ContainerEvent, Row> exits = cells.get(from);
        return exits == null ? null : exits.get(on);
    }

    /** All rows, in the order listed. */
    public List<Row> rows() {
        return Collections.unmodifiableList(rows);
    }
}
