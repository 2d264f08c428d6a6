package dev.berth.config;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How calls are treated.
 *
 * @param fullDuplex allow a 200 before the whole request body has been handed to the function
 * @param detached allow detached calls
 * @param extraEnv added to the environment of every container
 * @param passedExtensions names of TryCall extensions passed on as environment; part of our own slot hash
 * @param maxRequestBytes limit of a request body for the stdin/stdout formats; 0: none
 * @param maxLogBytes limit of what is kept of the output of one call; 0: nothing
 * @param syslogSockets paths of sockets that calls may have their output sent to
 */
public record CallConfig(
        boolean fullDuplex,
        boolean detached,
        Map<String, String> extraEnv,
        Set<String> passedExtensions,
        long maxRequestBytes,
        long maxLogBytes,
        Set<String> syslogSockets) {
    static final Setting<Boolean> FULL_DUPLEX = Setting.of(
            "call.fullDuplex",
            SettingTypes.bool(),
            false,
            "Let a function answer 200 before it has been handed the whole request body. Fn fails such a call.");

    static final Setting<Boolean> DETACHED = Setting.of(
            "call.detached",
            SettingTypes.bool(),
            false,
            "Accept detached calls, which are acknowledged at their start and whose output is dropped.");

    static final Setting<Map<String, String>> EXTRA_ENV =
            Setting.of("call.extraEnv", SettingTypes.map(), Map.of(), "Added to the environment of every container.");

    static final Setting<List<String>> PASSED_EXTENSIONS = Setting.of(
            "call.passedExtensions",
            SettingTypes.list(),
            List.of(),
            "Names of call extensions that are passed on as environment variables. Calls that differ in them"
                    + " do not share containers.");

    static final Setting<Long> MAX_REQUEST = Setting.of(
                    "call.maxRequest",
                    SettingTypes.size(0, Long.MAX_VALUE),
                    0L,
                    "Limit of a request body for functions spoken to over stdin and stdout; 0: none.")
            .or(FnRules.uint("FN_MAX_REQUEST_SIZE").noted("bytes"));

    static final Setting<Long> MAX_LOG = Setting.of(
                    "call.maxLog",
                    SettingTypes.size(0, 1L << 30),
                    1L << 20,
                    "What is kept of the output of one call, with logs.stream; the rest is cut off. 0: nothing.")
            .or(FnRules.uint("FN_MAX_LOG_SIZE_BYTES").noted("bytes"));

    static final Setting<List<String>> SYSLOG_SOCKETS = Setting.of(
            "call.syslogSockets",
            SettingTypes.list()
                    .where(
                            "absolute paths without . and .., separated by commas or white space",
                            paths -> paths.stream().allMatch(CallConfig::isPlainPath)),
            List.of(),
            "Sockets, by their exact paths, that a call's syslog_url may name with unix or unixgram. A container"
                    + " engine writes there with its own rights, which are mostly those of root; so none by default.");

    static final List<Setting<?>> ALL =
            List.of(FULL_DUPLEX, DETACHED, EXTRA_ENV, PASSED_EXTENSIONS, MAX_REQUEST, MAX_LOG, SYSLOG_SOCKETS);

    static CallConfig read(Values values) {
        return new CallConfig(
                values.get(FULL_DUPLEX),
                values.get(DETACHED),
                values.get(EXTRA_ENV),
                Set.copyOf(values.get(PASSED_EXTENSIONS)),
                values.get(MAX_REQUEST),
                values.get(MAX_LOG),
                Set.copyOf(values.get(SYSLOG_SOCKETS)));
    }

    private static boolean isPlainPath(String path) {
        return path.matches("(/[^/\\p{Cntrl}]+)+") && !path.matches(".*/\\.{1,2}(/.*)?");
    }

    public CallConfig {
        syslogSockets = Set.copyOf(syslogSockets);
        extraEnv = Map.copyOf(extraEnv);
        passedExtensions = Set.copyOf(passedExtensions);
    }
}
