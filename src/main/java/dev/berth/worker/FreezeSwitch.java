package dev.berth.worker;

import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether idle containers are frozen. Turned off for good the first time the engine says that it cannot. Thread-safe. */
public final class FreezeSwitch {
    private static final Logger LOG = LoggerFactory.getLogger(FreezeSwitch.class);

    private final AtomicBoolean on = new AtomicBoolean(true);

    boolean on() {
        return on.get();
    }

    void turnOff(String why) {
        if (on.compareAndSet(true, false)) {
            LOG.atWarn().addKeyValue("reason", why).log("containers cannot be paused here; idle ones keep running");
        }
    }
}
