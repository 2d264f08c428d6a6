package dev.berth.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The table of all settings, in the order of the reference. */
final class Settings {
    static final List<Setting<?>> ALL = concat(
            NodeConfig.ALL,
            GrpcSettings.ALL,
            HttpConfig.ALL,
            CallConfig.ALL,
            RegistryConfig.ALL,
            KeepConfig.ALL,
            FloorConfig.ALL,
            ForesightConfig.ALL,
            WorkerConfig.ALL,
            AdoptConfig.ALL,
            StreamConfig.ALL,
            EngineConfig.ALL,
            DockerSettings.ALL,
            DockerLimitSettings.ALL,
            StatusConfig.ALL,
            RunnerLogConfig.ALL,
            FunctionLogConfig.ALL,
            TracingConfig.ALL,
            MetricsConfig.ALL,
            WhySettings.ALL,
            ClusterSettings.ALL);

    private static final Map<String, Setting<?>> BY_KEY = new LinkedHashMap<>();

    static {
        ALL.forEach(setting -> BY_KEY.put(setting.key(), setting));
    }

    private Settings() {}

    static @Nullable Setting<?> byKey(String key) {
        return BY_KEY.get(key);
    }

    static boolean isSection(String key) {
        return ALL.stream().anyMatch(setting -> setting.key().startsWith(key + "."));
    }

    /** Names of our own variables. */
    static Set<String> variables() {
        return ALL.stream().map(Setting::variable).collect(Collectors.toSet());
    }

    static String nearestKey(String key) {
        return nearest(key, BY_KEY.keySet());
    }

    static String nearestVariable(String name) {
        return nearest(name, ALL.stream().map(Setting::variable).toList());
    }

    private static String nearest(String wrong, Collection<String> names) {
        Optional<String> best = names.stream().min(Comparator.comparingInt(name -> distance(wrong, name)));
        return best.orElseThrow();
    }

    /** Levenshtein's, ignoring case. */
    private static int distance(String left, String right) {
        int[] row = new int[right.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= left.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            char a = Character.toLowerCase(left.charAt(i - 1));
            for (int j = 1; j < row.length; j++) {
                char b = Character.toLowerCase(right.charAt(j - 1));
                int replaced = diagonal + (a == b ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[right.length()];
    }

    @SafeVarargs
    private static List<Setting<?>> concat(List<Setting<?>>... sections) {
        List<Setting<?>> all = new ArrayList<>();
        for (List<Setting<?>> section : sections) {
            all.addAll(section);
        }
        return List.copyOf(all);
    }
}
