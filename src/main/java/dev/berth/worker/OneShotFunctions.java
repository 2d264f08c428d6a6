package dev.berth.worker;

import dev.berth.call.SlotKey;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Functions of which a process was seen to end with its first answer, or to hang up on its second call, by their slot
 * keys. Until that shows, its socket takes a second call that nobody will read; so second calls to processes of these
 * functions wait a little. A function is forgotten when a process of it gives a second answer. Thread-safe.
 */
public final class OneShotFunctions {
    /** How long a second call waits for the process to end. */
    static final Duration PATIENCE = Duration.ofSeconds(1);

    private static final int MAX_KNOWN = 10_000;

    private final Set<SlotKey> known = ConcurrentHashMap.newKeySet();

    /** For one process of a function. */
    Watch watch(SlotKey function) {
        return new Watch(function);
    }

    /**
     * What one process has been seen to do.
     *
     * <pre>
     * NEW ──answer──▶ ANSWERED ──answer──▶ LASTING        any ──removed──▶ REMOVED
     * </pre>
     *
     * Confined to its worker's context.
     */
    final class Watch {
        private enum Phase {
            NEW,
            ANSWERED,
            LASTING,
            REMOVED
        }

        private final SlotKey function;
        private Phase phase = Phase.NEW;

        private Watch(SlotKey function) {
            this.function = function;
        }

        /** It answers a call. */
        void answers() {
            if (phase == Phase.NEW) {
                phase = Phase.ANSWERED;
            } else if (phase == Phase.ANSWERED) {
                phase = Phase.LASTING;
                known.remove(function);
            }
        }

        /** It has served another runner. */
        void lasts() {
            phase = Phase.LASTING;
        }

        boolean hasAnswered() {
            return phase != Phase.NEW;
        }

        /** Whether the call that comes now waits for the process to end. */
        boolean mayBeEnding() {
            return phase == Phase.ANSWERED && known.contains(function);
        }

        /**
         * It has taken a call and hung up without a word. As far as one process shows, it has ended with its answer: the
         * engine may say so only when it has been removed for that.
         */
        void hangsUp() {
            exited();
        }

        /** It has ended by itself, unless it was removed before. */
        void exited() {
            if (phase == Phase.ANSWERED && known.size() < MAX_KNOWN) {
                known.add(function);
            }
        }

        void removed() {
            phase = Phase.REMOVED;
        }
    }
}
