package dev.berth.registry;

import dev.berth.call.Saturating;
import dev.berth.config.RegistryConfig;
import java.util.OptionalLong;

/**
 * How many containers more are worth their start for a queue whose containers are all taken, and how long its calls
 * may be put off. Pure. Times in nanoseconds; moments are of the caller's clock, which may wrap round.
 */
final class WaitPolicy {
    /** For {@code longest}: no limit but those that follow from how long a start takes. */
    static final long NO_LIMIT = Long.MAX_VALUE >> 2;

    /** How many containers start for a queue never measured, before it is known how long its calls take. */
    static final int SCOUTS = 2;

    /** How long one of these runs its call before as many again start, and so on. */
    static final long TRIAL_NANOS = 100_000_000;

    /** How many starts' time calls wait beside what runs before one container more is worth its start. */
    static final int BACKLOG_STARTS = 8;

    /** After how many starts' time a wait counts 1/e: of what goes on, half a call that waits is enough. */
    private static final int BACKLOG_FADE_STARTS = 16;

    private final long longest;

    /** @param longest how long a call may be put off; 0: none is */
    WaitPolicy(long longest) {
        this.longest = Math.min(longest, NO_LIMIT);
    }

    static WaitPolicy of(RegistryConfig config) {
        if (!config.waits()) {
            return new WaitPolicy(0);
        }
        return new WaitPolicy(config.nonBlocking() ? Saturating.nanos(config.nonBlockingWait()) : NO_LIMIT);
    }

    /**
     * A queue at one moment.
     *
     * @param waiting calls, those included for which containers start, and those that wait for what is there only: they
     *     take their turn before those behind them
     * @param busy containers that run a call
     * @param starting containers
     * @param owed containers that are to be launched at the end of this turn
     * @param measured whether it is known how long its calls take
     * @param service how long; 0 if it is not known
     * @param start how long a container takes that is launched now; positive
     * @param busySince since when some container of it has been busy; of no meaning while none is
     * @param since when a call of it last began; before any has ended, the first. Calls take at least as long as it
     *     has run by now, whatever they took before. As {@code busySince}
     * @param launched when its newest container was launched
     * @param seats calls that a container takes at once; {@code service} is what they take beside each other
     */
    record Line(
            int waiting,
            int busy,
            int starting,
            int owed,
            boolean measured,
            long service,
            long start,
            long busySince,
            long since,
            long launched,
            int seats) {

        private int containers() {
            return busy + starting + owed;
        }
    }

    /** Whether any call is ever put off. */
    boolean isOn() {
        return longest > 0;
    }

    /** How many containers more should start now, at least 0; there may be less calls for them. */
    int wanted(Line line, long now) {
        double all = line.measured ? 1 : SCOUTS;
        if (line.busy == 0) {
            all = Math.max(all, share(line, line.service));
            if (line.measured && line.starting > 0 && now - late(line) >= 0) {
                all = Math.max(all, 2.0 * line.starting);
            }
        } else {
            long age = now - line.since;
            double share = share(line, Math.max(line.service, age));
            long trials = age / TRIAL_NANOS;
            all = Math.max(all, line.measured ? share : Math.min(share, SCOUTS * Math.pow(2, (double) trials)));
        }
        return (int) Math.max(0, Math.min(all, Integer.MAX_VALUE) - line.containers());
    }

    /** Whether its calls have waited so much of late that one container more should start, however many it has. */
    static boolean isTooMuch(Backlog backlog, long start) {
        return backlog.nanos() >= (double) BACKLOG_STARTS * start;
    }

    /** For {@link Backlog#pass}. */
    static long backlogFade(long start) {
        return BACKLOG_FADE_STARTS * Math.min(start, NO_LIMIT / BACKLOG_FADE_STARTS);
    }

    /** As many containers as let all who wait begin within the time of a start. */
    private static double share(Line line, long service) {
        return Math.ceil((double) line.waiting * service / line.start / line.seats);
    }

    /** When what starts last has taken longer than it should. */
    private static long late(Line line) {
        return line.launched + line.start;
    }

    /** Whether a call that arrived then has been put off for as long as may be. */
    boolean isOver(Line line, long arrived, long now) {
        return now - latest(line, arrived) >= 0;
    }

    /** As long as a start takes, counted from when a container of its queue was there. */
    private long latest(Line line, long arrived) {
        long limit = arrived + longest;
        if (line.busy == 0) {
            return limit;
        }
        long started = (arrived - line.busySince >= 0 ? arrived : line.busySince) + line.start;
        return started - limit < 0 ? started : limit;
    }

    /**
     * When one of the others will say otherwise, if nothing happens before. Empty: only when something happens.
     *
     * @param arrived when the first of those put off came
     */
    OptionalLong nextLook(Line line, long arrived, long now) {
        long next = latest(line, arrived);
        if (line.busy > 0) {
            long age = line.measured
                    ? (long) ((double) line.start * line.containers() * line.seats / line.waiting) + 1
                    : ((now - line.since) / TRIAL_NANOS + 1) * TRIAL_NANOS;
            next = earlier(next, line.since + age);
        } else if (line.measured) {
            next = earlier(next, late(line));
        } else if (longest == NO_LIMIT) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(next - now > 0 ? next : now + 1);
    }

    private static long earlier(long one, long other) {
        return one - other <= 0 ? one : other;
    }
}
