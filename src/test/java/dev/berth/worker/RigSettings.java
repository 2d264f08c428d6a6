package dev.berth.worker;

import dev.berth.config.FunctionLogConfig;
import dev.berth.logs.FunctionLogs;
import java.time.Duration;

/** Settings of a test, changed from defaults that keep containers idle and unfrozen. */
final class RigSettings {
    Duration freezeIdle = Duration.ofMillis(-1);
    Duration startTimeout = Duration.ofSeconds(5);
    Duration healthTimeout = Duration.ofSeconds(5);
    Duration keepAlive = Duration.ofSeconds(60);
    long maxResponseBytes;
    int maxResponseHeaderBytes;
    boolean nativeTransport = true;
    FunctionLogs logs = new FunctionLogs(null, null, 1 << 20, new FunctionLogConfig.Syslog(64 * 1024, null));

    RigSettings logs(FunctionLogs into) {
        logs = into;
        return this;
    }

    /** Over Java's own sockets, as on a machine without the native transport. */
    RigSettings portable() {
        nativeTransport = false;
        return this;
    }

    RigSettings freezeIdle(Duration grace) {
        freezeIdle = grace;
        return this;
    }

    RigSettings healthTimeout(Duration limit) {
        healthTimeout = limit;
        return this;
    }

    RigSettings startTimeout(Duration limit) {
        startTimeout = limit;
        return this;
    }

    RigSettings keepAlive(Duration idle) {
        keepAlive = idle;
        return this;
    }

    RigSettings maxResponseBytes(long limit) {
        maxResponseBytes = limit;
        return this;
    }

    RigSettings maxResponseHeaderBytes(int limit) {
        maxResponseHeaderBytes = limit;
        return this;
    }
}
