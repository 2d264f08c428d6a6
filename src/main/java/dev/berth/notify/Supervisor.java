package dev.berth.notify;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the supervisor how far this process is, by the protocol of {@code sd_notify(3)}.
 *
 * <pre>
 * STARTING ──ready──▶ READY ──stopping──▶ STOPPING ──close──▶ CLOSED
 * </pre>
 *
 * While READY it says at a third of the watchdog's time that the process is well, and while STOPPING that it needs more
 * time; either only if all event loops have had a turn since it last asked. So a process that is stuck is ended.
 * Methods may be called from any thread.
 */
public final class Supervisor {
    private static final Logger LOG = LoggerFactory.getLogger(Supervisor.class);
    /** How often a stop that goes on says so, and how long it may be silent from then on. */
    private static final Duration STOP_TICK = Duration.ofSeconds(5);

    private static final Duration STOP_PATIENCE = Duration.ofSeconds(15);

    private final @Nullable NotifySocket socket;
    private final @Nullable Duration watchdog;
    /** Runs what it is given when all event loops have had a turn; never, if one of them has none. */
    private Consumer<Runnable> loops = answered -> {};

    private Phase phase = Phase.STARTING;
    private boolean asked;

    private enum Phase {
        STARTING,
        READY,
        STOPPING,
        CLOSED
    }

    private Supervisor(@Nullable NotifySocket socket, @Nullable Duration watchdog) {
        this.socket = socket;
        this.watchdog = watchdog;
    }

    /**
     * The supervisor that the environment names; where it names none, or one that cannot be reached, nothing is told.
     *
     * @param environment names and values of all variables
     */
    public static Supervisor of(Map<String, String> environment) {
        String path = environment.getOrDefault("NOTIFY_SOCKET", "");
        if (path.isEmpty()) {
            return new Supervisor(null, null);
        }
        try {
            return new Supervisor(NotifySocket.open(path), watchdog(environment));
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("reason", e.getMessage()).log("cannot reach the supervisor");
            return new Supervisor(null, null);
        }
    }

    /** Null: there is none, or it watches another process. */
    private static @Nullable Duration watchdog(Map<String, String> environment) {
        String process = environment.getOrDefault("WATCHDOG_PID", "");
        if (!process.isEmpty()
                && !process.equals(Long.toString(ProcessHandle.current().pid()))) {
            return null;
        }
        try {
            long micros = Long.parseLong(environment.getOrDefault("WATCHDOG_USEC", "0"));
            return micros > 0 ? Duration.ofNanos(micros * 1000) : null;
        } catch (NumberFormatException e) {
            LOG.atWarn().log("WATCHDOG_USEC is no number: the supervisor will miss this process");
            return null;
        }
    }

    /**
     * Calls are taken from now on.
     *
     * @param text what the process is doing, for people
     * @param turns runs what it is given when all event loops have had a turn
     */
    public void ready(String text, Consumer<Runnable> turns) {
        onLoop(at -> {
            if (phase == Phase.STARTING) {
                phase = Phase.READY;
                loops = turns;
                at.send("READY=1\nSTATUS=" + text);
                if (watchdog != null) {
                    tick(at, Phase.READY, watchdog.dividedBy(3));
                }
            }
        });
    }

    /** No calls are taken any more; those that run may go on for long. */
    public void stopping(String text) {
        onLoop(at -> {
            if (phase != Phase.STOPPING && phase != Phase.CLOSED) {
                phase = Phase.STOPPING;
                at.send("STOPPING=1\nSTATUS=" + text + "\n" + well());
                tick(at, Phase.STOPPING, STOP_TICK);
            }
        });
    }

    /** To be called last. */
    public void close() {
        onLoop(at -> {
            if (phase != Phase.CLOSED) {
                phase = Phase.CLOSED;
                at.close();
            }
        });
    }

    private void tick(NotifySocket at, Phase during, Duration pause) {
        EventLoop loop = at.loop();
        Future<?> unused = loop.schedule(
                () -> {
                    if (phase == during) {
                        ask(at);
                        tick(at, during, pause);
                    }
                },
                pause.toNanos(),
                TimeUnit.NANOSECONDS);
    }

    private void ask(NotifySocket at) {
        if (!asked) {
            asked = true;
            loops.accept(() -> onLoop(answered -> {
                asked = false;
                if (phase != Phase.CLOSED) {
                    at.send(well());
                }
            }));
        }
    }

    private String well() {
        return phase == Phase.STOPPING
                ? "WATCHDOG=1\nEXTEND_TIMEOUT_USEC=" + STOP_PATIENCE.toNanos() / 1000
                : "WATCHDOG=1";
    }

    private void onLoop(Consumer<NotifySocket> action) {
        NotifySocket at = socket;
        if (at != null && !at.loop().isShuttingDown()) {
            at.loop().execute(() -> action.accept(at));
        }
    }
}
