package dev.berth.config;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads the settings: defaults, overridden by a YAML file, by variables of Fn and Docker, by {@code BERTH_}
 * variables, by options of the command line. Every value given is checked, also one that is overridden, and
 * all problems are told at once. Blocks on files; for use at start. One use per load.
 */
public final class ConfigLoader {
    /** Read by the scripts around the runner and by nothing in it. */
    private static final Set<String> OF_THE_SCRIPTS =
            Set.of("BERTH_ENGINE", "BERTH_JAR", "BERTH_XMX", "BERTH_DIRECT", "BERTH_JAVA_OPTS");

    static final String DEFAULT = "default";
    private static final String PREFIX = "BERTH_";

    private final Environment environment;
    private final Map<String, String> options;
    private final Problems problems = new Problems();
    private final List<String> warnings = new ArrayList<>();
    private final Values values = new Values();

    private ConfigLoader(Environment environment, Map<String, String> options) {
        this.environment = environment;
        this.options = options;
    }

    /** The settings from a file, if given, and variables that are asked for one by one. */
    public static LoadedConfig load(@Nullable Path file, Function<String, @Nullable String> env) {
        return new ConfigLoader(new Environment(env, Set.of()), Map.of()).load(file);
    }

    /**
     * The settings from a file, if given, and the whole environment, in which an unknown {@code BERTH_}
     * variable is a problem.
     *
     * @param env names and values of all variables
     * @param options settings given on the command line: key and value as text
     * @throws ConfigException with all problems
     */
    public static LoadedConfig load(@Nullable Path file, Map<String, String> env, Map<String, String> options) {
        return new ConfigLoader(Environment.of(env), options).load(file);
    }

    private LoadedConfig load(@Nullable Path file) {
        Map<String, YamlFile.Entry> fromFile = file == null ? Map.of() : YamlFile.read(file, problems);
        for (Setting<?> setting : Settings.ALL) {
            resolve(setting, file, fromFile.get(setting.key()));
        }
        rejectUnknownNames();
        warnings.addAll(FnEnvironment.warnings(environment));
        RunnerConfig config = build();
        return new LoadedConfig(config, effective(), warnings, FnEnvironment.ignored(environment));
    }

    private <T> void resolve(Setting<T> setting, @Nullable Path file, YamlFile.@Nullable Entry entry) {
        values.put(setting, setting.defaultValue(environment), DEFAULT);
        if (entry != null) {
            take(setting, entry.value(), file + ", line " + entry.line());
        }
        for (FnVariable<T> alias : setting.aliases()) {
            take(setting, alias);
        }
        String own = environment.get(setting.variable());
        if (own != null) {
            take(setting, new RawValue.Text(own), setting.variable());
        }
        String option = options.get(setting.key());
        if (option != null) {
            take(setting, new RawValue.Text(option), "command line");
        }
    }

    private <T> void take(Setting<T> setting, RawValue raw, String source) {
        try {
            values.put(setting, setting.type().parse(raw), source);
        } catch (BadValue e) {
            problem(setting, raw.toString(), source, e);
        }
    }

    private <T> void take(Setting<T> setting, FnVariable<T> alias) {
        String used = FnRules.nameUsed(alias.name(), environment);
        try {
            FnVariable.Given<T> given = alias.reader().read(alias.name(), environment, warnings);
            if (given != null) {
                values.put(setting, setting.type().checked(given.value()), used);
            }
        } catch (BadValue e) {
            problem(setting, '"' + String.valueOf(environment.get(used)) + '"', used, e);
        }
    }

    private void problem(Setting<?> setting, String value, String source, BadValue why) {
        String shown = setting.isSecret() ? "***" : value;
        String own = why.getMessage();
        String rule = own == null || own.isEmpty() ? setting.type().allowed() : own;
        problems.add(setting.key() + " = " + shown + " (" + source + "): must be " + rule);
    }

    private void rejectUnknownNames() {
        options.keySet().stream()
                .filter(key -> Settings.byKey(key) == null)
                .forEach(key -> problems.add(
                        "there is no setting " + key + "; did you mean " + Settings.nearestKey(key) + "?"));
        Set<String> known = Settings.variables();
        environment.names().stream()
                .filter(name -> name.startsWith(PREFIX) && !known.contains(name) && !OF_THE_SCRIPTS.contains(name))
                .sorted()
                .forEach(name -> problems.add(
                        "there is no variable " + name + "; did you mean " + Settings.nearestVariable(name) + "?"));
    }

    /** The records check the rules between settings, which mean something only when each by itself is right. */
    private RunnerConfig build() {
        problems.throwIfAny();
        RunnerConfig config = new RunnerConfig(
                section(NodeConfig::read),
                section(GrpcSettings::read),
                section(HttpConfig::read),
                section(CallConfig::read),
                section(RegistryConfig::read),
                section(WorkerConfig::read),
                section(StreamConfig::read),
                section(EngineConfig::read),
                section(DockerSettings::read),
                section(StatusConfig::read),
                section(RunnerLogConfig::read),
                section(FunctionLogConfig::read),
                section(TracingConfig::read),
                section(MetricsConfig::read),
                section(WhySettings::read),
                section(ClusterSettings::read));
        problems.throwIfAny();
        checkTogether(config);
        problems.throwIfAny();
        return config;
    }

    private void checkTogether(RunnerConfig config) {
        long budget = config.grpc().limits().budgetBytes();
        problems.require(
                !config.logs().stream() || 2L * config.logs().bufferBytes() <= budget,
                "logs.buffer",
                ByteSizes.print(config.logs().bufferBytes()),
                "at most half of grpc.budget = " + ByteSizes.print(budget));
        URI collector = config.metrics().otlpUrl();
        problems.require(
                collector == null || config.http().on(),
                "metrics.otlpUrl",
                String.valueOf(collector),
                "none with http.port = 0, which switches metrics off");
    }

    /** Null only when a problem was noted, which is thrown before anybody sees it. */
    @SuppressWarnings("NullAway")
    private <C> C section(Function<Values, C> read) {
        try {
            return read.apply(values);
        } catch (ConfigException e) {
            problems.addAll(e.problems());
            return null;
        }
    }

    private List<LoadedConfig.Effective> effective() {
        return Settings.ALL.stream()
                .map(setting ->
                        new LoadedConfig.Effective(setting.key(), values.print(setting), values.source(setting)))
                .toList();
    }
}
