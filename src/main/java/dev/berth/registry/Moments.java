package dev.berth.registry;

import java.util.OptionalLong;

/** Moments in nanoseconds, of a clock that may wrap round. */
final class Moments {
    private Moments() {}

    /** Of those that are present. */
    static OptionalLong earliest(OptionalLong... moments) {
        OptionalLong first = OptionalLong.empty();
        for (OptionalLong moment : moments) {
            if (first.isEmpty() || (moment.isPresent() && moment.getAsLong() - first.getAsLong() < 0)) {
                first = moment;
            }
        }
        return first;
    }
}
