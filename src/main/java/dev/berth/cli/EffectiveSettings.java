package dev.berth.cli;

import dev.berth.config.LoadedConfig;
import dev.berth.config.LoadedConfig.Effective;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells once, at the start, what the settings are and where they came from. */
final class EffectiveSettings {
    private static final Logger LOG = LoggerFactory.getLogger(EffectiveSettings.class);

    private EffectiveSettings() {}

    static void log(LoadedConfig loaded) {
        loaded.warnings().forEach(LOG::warn);
        if (!loaded.ignored().isEmpty()) {
            LOG.info("variables without effect here: {}", String.join(", ", loaded.ignored()));
        }
        if (LOG.isInfoEnabled()) {
            LOG.info("settings: {}", summary(loaded));
        }
        if (LOG.isDebugEnabled()) {
            loaded.effective().forEach(setting -> LOG.debug("setting {}", text(setting)));
        }
    }

    /** What differs from the defaults. */
    static String summary(LoadedConfig loaded) {
        String changed = loaded.effective().stream()
                .filter(setting -> !setting.isDefault())
                .map(EffectiveSettings::text)
                .collect(Collectors.joining(", "));
        return changed.isEmpty() ? "all defaults" : changed;
    }

    private static String text(Effective setting) {
        return setting.key() + "=" + setting.value() + " (" + setting.source() + ")";
    }
}
