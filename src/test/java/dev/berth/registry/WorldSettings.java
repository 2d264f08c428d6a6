package dev.berth.registry;

import dev.berth.call.ContainerSpec;
import dev.berth.call.SlotOptions;
import dev.berth.config.FloorConfig;
import dev.berth.config.ForesightConfig;
import dev.berth.config.KeepConfig;
import dev.berth.config.KeepConfig.Evict;
import dev.berth.config.KeepConfig.Keep;
import java.time.Duration;
import java.util.List;

/** What there is in a {@link SlotWorld}: room, functions, and ways to keep containers. */
final class WorldSettings {
    static final long TOTAL_MIB = 10;
    static final long TOTAL_CPU = 4000;
    static final int MAX_WAITERS = 20;
    static final Duration NON_BLOCKING_WAIT = Duration.ofMillis(100);
    private static final Duration MAX_IDLE = Duration.ofSeconds(25);

    /** For each GiB and hour: what so small containers save is a multiple of it for some seconds. */
    private static final Duration LEAST_SAVED = Duration.ofHours(20);

    /** So much that what is kept is in the way, and for so short that it ends by time too. */
    private static final FloorConfig FLOOR = new FloorConfig(3, 0.7, Duration.ofSeconds(40));

    /** So much that guesses are in the way, and so little that not all have room. */
    private static final ForesightConfig FORESIGHT = new ForesightConfig(true, 0.55, Duration.ofSeconds(5));

    /**
     * The functions: small, middling, big, the whole node, weightless, only CPU, one whose containers take three calls at
     * once, and one that never fits.
     */
    static final List<ContainerSpec> FUNCTIONS = List.of(
            Specs.spec("small", 1, 0, 0, Duration.ofSeconds(10), null),
            Specs.spec("middling", 1, 1000, 1, Duration.ofSeconds(20), null),
            Specs.spec("big", 5, 500),
            Specs.spec("whole", TOTAL_MIB),
            Specs.spec("status", 0),
            Specs.spec("cpu", 0, 3000),
            Specs.spec("crowd", 2).withOptions(SlotOptions.of(0, 3)),
            Specs.spec("hopeless", TOTAL_MIB + 1));

    /** Some that keep idle containers in different ways. */
    static final List<KeepConfig> KEEPING = List.of(
            KeepConfig.DEFAULT,
            new KeepConfig(Keep.TIMEOUT, MAX_IDLE, Duration.ZERO, Evict.LRU, FloorConfig.DEFAULT),
            new KeepConfig(Keep.VALUE, MAX_IDLE, Duration.ZERO, Evict.VALUE, FloorConfig.DEFAULT),
            new KeepConfig(Keep.TIMEOUT, MAX_IDLE, LEAST_SAVED, Evict.VALUE, FloorConfig.DEFAULT),
            new KeepConfig(Keep.VALUE, MAX_IDLE, LEAST_SAVED, Evict.LRU, FloorConfig.DEFAULT),
            new KeepConfig(Keep.TIMEOUT, MAX_IDLE, Duration.ZERO, Evict.LRU, FLOOR),
            new KeepConfig(Keep.VALUE, MAX_IDLE, LEAST_SAVED, Evict.VALUE, FLOOR),
            new KeepConfig(Keep.TIMEOUT, MAX_IDLE, Duration.ZERO, Evict.VALUE, FloorConfig.DEFAULT, FORESIGHT),
            new KeepConfig(Keep.VALUE, MAX_IDLE, LEAST_SAVED, Evict.VALUE, FLOOR, FORESIGHT),
            new KeepConfig(Keep.TIMEOUT, MAX_IDLE, Duration.ZERO, Evict.LRU, FLOOR, FORESIGHT));

    private WorldSettings() {}

    /** For how long a container of it is idle at least before it may be idle too long. */
    static Duration leastIdle(KeepConfig keeping, ContainerSpec spec) {
        boolean early = spec.evictable() && !keeping.leastSaved().isZero();
        return early ? Duration.ofSeconds(1) : longestIdle(keeping, spec);
    }

    static Duration longestIdle(KeepConfig keeping, ContainerSpec spec) {
        boolean longer = keeping.keep() == Keep.VALUE
                && spec.evictable()
                && keeping.maxIdle().compareTo(spec.idleTimeout()) > 0;
        return longer ? keeping.maxIdle() : spec.idleTimeout();
    }
}
