package dev.berth.logs;

import dev.berth.call.SyslogAddress;
import dev.berth.config.FunctionLogConfig;
import dev.berth.config.HostName;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one container prints, on its way to the syslog servers of its calls. Confined to the worker's context. */
public final class SyslogOutput {
    private static final Logger LOG = LoggerFactory.getLogger(SyslogOutput.class);
    private static final long OPEN_SECONDS = 10;

    private final Vertx vertx;
    private final FunctionLogConfig.Syslog config;
    private final LogOrigin origin;
    private final String url;
    private final @Nullable String route;
    private List<SyslogForwarder> forwarders = List.of();
    private boolean closed;

    SyslogOutput(Vertx vertx, FunctionLogConfig.Syslog config, LogOrigin origin, String url, @Nullable String route) {
        this.vertx = vertx;
        this.config = config;
        this.origin = origin;
        this.url = url;
        this.route = route;
    }

    /**
     * Connects. Of several servers one is enough; the others are tried on. Fails with SYSLOG_UNAVAILABLE, after ten
     * seconds at the latest. Once.
     */
    public Future<Void> open() {
        List<SyslogAddress> addresses;
        try {
            addresses = route == null ? List.of(SyslogAddress.parse(url)) : SyslogAddress.list(url);
        } catch (RunnerException noAddress) {
            return Future.failedFuture(noAddress);
        }
        return format().compose(format -> open(addresses, format))
                .timeout(OPEN_SECONDS, TimeUnit.SECONDS)
                .recover(failure -> Future.failedFuture(ErrorCode.SYSLOG_UNAVAILABLE.exception()));
    }

    private Future<SyslogFormat> format() {
        return route == null
                ? vertx.executeBlocking(HostName::find, false).map(host -> SyslogFormat.tagged(host, origin.tag()))
                : Future.succeededFuture(SyslogFormat.legacy(origin.appId(), route));
    }

    private Future<Void> open(List<SyslogAddress> addresses, SyslogFormat format) {
        if (closed) {
            return Future.failedFuture(ErrorCode.SYSLOG_UNAVAILABLE.exception());
        }
        List<SyslogForwarder> made = new ArrayList<>();
        List<Future<Void>> opened = new ArrayList<>();
        for (SyslogAddress address : addresses) {
            SyslogConnector connector = new SyslogConnector(vertx, address, config);
            made.add(new SyslogForwarder(vertx, origin, connector, format, config.bufferBytes()));
        }
        forwarders = made;
        for (SyslogForwarder forwarder : made) {
            opened.add(forwarder.open());
        }
        return Future.join(opened).transform(all -> {
            for (int i = 0; i < made.size(); i++) {
                if (opened.get(i).failed()) {
                    LOG.atInfo()
                            .addKeyValue("containerId", origin.containerId())
                            .addKeyValue("address", addresses.get(i))
                            .addKeyValue("reason", opened.get(i).cause().getMessage())
                            .log("syslog server cannot be reached");
                }
            }
            if (opened.stream().noneMatch(Future::succeeded)) {
                return Future.failedFuture(ErrorCode.SYSLOG_UNAVAILABLE.exception());
            }
            for (int i = 0; i < made.size(); i++) {
                if (opened.get(i).failed()) {
                    made.get(i).openLater();
                }
            }
            return Future.succeededFuture();
        });
    }

    void accept(List<LogLine> lines) {
        forwarders.forEach(forwarder -> forwarder.accept(lines));
    }

    /** Sends what has been read, for a second at most, and closes the connections. Never fails. Idempotent. */
    public Future<Void> close() {
        closed = true;
        return Future.join(forwarders.stream().map(SyslogForwarder::close).toList())
                .mapEmpty();
    }
}
