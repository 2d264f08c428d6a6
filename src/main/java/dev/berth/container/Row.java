package dev.berth.container;

import java.util.List;

/** One transition. {@code effects} are carried out in their order, after the state has changed. */
public record Row(ContainerState from, ContainerEvent on, ContainerState to, List<ContainerEffect> effects) {
    public Row {
        effects = List.copyOf(effects);
    }

    @Override
    public String toString() {
        return from + " × " + on + " → " + to;
    }
}
