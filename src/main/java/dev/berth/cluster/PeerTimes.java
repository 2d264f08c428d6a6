package dev.berth.cluster;

import dev.berth.config.ClusterConfig;
import java.time.Duration;

/**
 * Nanoseconds.
 *
 * @param tickNanos between two looks at the clock
 * @param suspectNanos silence after which nothing new is placed at a peer; also how late a tick must be before this
 *     process counts as paused
 * @param lostNanos silence after which a peer is lost
 * @param askNanos least time between two digests that one peer is asked for, or is given because it asked
 * @param forgetNanos how long a peer that is lost and no member is remembered
 */
record PeerTimes(long tickNanos, long suspectNanos, long lostNanos, long askNanos, long forgetNanos) {
    private static final Duration FORGET = Duration.ofSeconds(60);

    static PeerTimes of(ClusterConfig.Times times) {
        return new PeerTimes(
                times.beat().toNanos() / 5,
                times.suspectAfter().toNanos(),
                times.lostAfter().toNanos(),
                times.beat().toNanos() / 2,
                FORGET.toNanos());
    }
}
