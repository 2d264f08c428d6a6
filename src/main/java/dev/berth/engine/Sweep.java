package dev.berth.engine;

import java.util.HashSet;
import java.util.Set;

/**
 * What came of removing dead instances' containers.
 *
 * @param removed how many containers are gone
 * @param inUse ids of dead instances of which a container is still there: their directories must stay
 */
public record Sweep(int removed, Set<String> inUse) {
    public Sweep {
        inUse = Set.copyOf(inUse);
    }

    /** Both together. */
    public Sweep and(Sweep other) {
        Set<String> both = new HashSet<>(inUse);
        both.addAll(other.inUse);
        return new Sweep(removed + other.removed, both);
    }
}
