package dev.berth.status;

import dev.berth.proto.ConfigMsg;
import dev.berth.proto.ConfigStatus;
import io.vertx.core.Future;
import java.util.Map;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The ConfigureRunner method: settings that can be changed while calls run. */
public final class ConfigureRunner {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigureRunner.class);
    private static final String LOG_LEVEL = "log.level";

    private final Function<String, Boolean> logLevel;

    /** @param logLevel sets the level of logging; says whether there is such a level */
    public ConfigureRunner(Function<String, Boolean> logLevel) {
        this.logLevel = logLevel;
    }

    /** Applies what it knows. The rest is left alone, with a line in the log: the answer has no place for it. */
    public Future<ConfigStatus> apply(ConfigMsg message) {
        for (Map.Entry<String, String> setting : message.getConfigMap().entrySet()) {
            boolean applied = setting.getKey().equals(LOG_LEVEL) && logLevel.apply(setting.getValue());
            (applied ? LOG.atInfo() : LOG.atWarn())
                    .addKeyValue("key", setting.getKey())
                    .log(applied ? "setting changed" : "setting cannot be changed at run time, ignored");
        }
        if (message.getConfigCount() == 0) {
            LOG.warn("ConfigureRunner brought no settings");
        }
        return Future.succeededFuture(ConfigStatus.getDefaultInstance());
    }
}
