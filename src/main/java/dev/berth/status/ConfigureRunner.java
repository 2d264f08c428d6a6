package dev.berth.status;

import dev.berth.proto.ConfigMsg;
import dev.berth.proto.ConfigStatus;
import io.vertx.core.Future;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The ConfigureRunner method: settings that can be changed while calls run. */
public final class ConfigureRunner {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigureRunner.class);
    private static final String LOG_LEVEL = "log.level";
    private static final int KEYS_TOLD = 10;

    private final Function<String, Boolean> logLevel;

    /** @param logLevel sets the level of logging; says whether there is such a level */
    public ConfigureRunner(Function<String, Boolean> logLevel) {
        this.logLevel = logLevel;
    }

    /** Applies what it knows. The rest is left alone, with one line in the log: the answer has no place for it. */
    public Future<ConfigStatus> apply(ConfigMsg message) {
        SortedSet<String> ignored = new TreeSet<>(message.getConfigMap().keySet());
        if (ignored.remove(LOG_LEVEL)) {
            changeLevel(message.getConfigOrThrow(LOG_LEVEL));
        }
        if (!ignored.isEmpty()) {
            LOG.atWarn()
                    .addKeyValue("keys", ignored.stream().limit(KEYS_TOLD).toList())
                    .addKeyValue("count", ignored.size())
                    .log("settings cannot be changed at run time, ignored");
        }
        if (message.getConfigCount() == 0) {
            LOG.warn("ConfigureRunner brought no settings");
        }
        return Future.succeededFuture(ConfigStatus.getDefaultInstance());
    }

    private void changeLevel(String level) {
        boolean changed = logLevel.apply(level);
        (changed ? LOG.atInfo() : LOG.atWarn())
                .addKeyValue("key", LOG_LEVEL)
                .log(changed ? "setting changed" : "there is no such level, ignored");
    }
}
