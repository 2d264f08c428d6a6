package dev.berth.worker;

import dev.berth.container.ContainerEvent;
import dev.berth.error.Backoff;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Removes all that there is of one container, as often as it takes, or leaves it to the next runner. Confined to the
 * worker's context.
 */
final class ContainerRemoval {
    private static final Backoff AGAIN = Backoff.of(Duration.ofMillis(100), Duration.ofSeconds(30));

    private final ContainerAssembly assembly;
    private final ContainerLaunch launch;
    private final ContainerHandover handover;
    private final CallUsage usage;
    private final Alarm alarm;
    private final ContainerReports reports;
    private final Consumer<ContainerEvent> lifecycle;
    private int failures;
    private boolean givenUp;

    ContainerRemoval(
            ContainerAssembly assembly,
            ContainerLaunch launch,
            ContainerHandover handover,
            CallUsage usage,
            Alarm alarm,
            ContainerReports reports,
            Consumer<ContainerEvent> lifecycle) {
        this.assembly = assembly;
        this.launch = launch;
        this.handover = handover;
        this.usage = usage;
        this.alarm = alarm;
        this.reports = reports;
        this.lifecycle = lifecycle;
    }

    /** The lifecycle hears whether it was left; if not it is still this runner's. */
    void leave() {
        endExchange();
        usage.close()
                .compose(closed -> handover.leave())
                .onComplete(
                        left -> lifecycle.accept(left.succeeded() ? ContainerEvent.LEFT : ContainerEvent.LEAVE_FAILED));
    }

    /** The lifecycle hears whether nothing is left. */
    void remove() {
        endExchange();
        usage.close()
                .compose(closed -> handover.settled())
                .compose(settled -> assembly.remove())
                .onComplete(removed -> {
                    if (removed.failed() && !givenUp) {
                        reports.removeFailed(removed.cause(), AGAIN.after(++failures));
                    }
                    lifecycle.accept(removed.succeeded() ? ContainerEvent.REMOVED : ContainerEvent.REMOVE_FAILED);
                });
    }

    /** Another runner will do it: that it has failed is neither told nor mended. */
    void giveUp() {
        givenUp = true;
        alarm.close();
    }

    /** After longer and longer pauses. */
    void retryLater() {
        alarm.set(Alarm.Slot.RETRY, AGAIN.after(failures).toNanos());
    }

    private void endExchange() {
        for (Alarm.Slot slot : Alarm.Slot.values()) {
            alarm.clear(slot);
        }
        if (launch.exchange() != null) {
            launch.exchange().close();
        }
    }
}
