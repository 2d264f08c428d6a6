package dev.berth.config;

import java.util.List;

/** The parts {@code docker.ulimits} and {@code docker.prefork}. */
final class DockerLimitSettings {
    static final Setting<Long> OPEN_FILES =
            ulimit("openFiles", 350, "Files a function may have open", "FN_MAX_OPEN_FILES");
    static final Setting<Long> LOCKED_MEMORY =
            ulimit("lockedMemory", 65_536, "Bytes of memory a function may lock", "FN_MAX_LOCKED_MEMORY");
    static final Setting<Long> PENDING_SIGNALS =
            ulimit("pendingSignals", 5_000, "Signals that may wait for a function", "FN_MAX_PENDING_SIGNALS");
    static final Setting<Long> MESSAGE_QUEUE =
            ulimit("messageQueue", 819_200, "Bytes in a function's message queues", "FN_MAX_MESSAGE_QUEUE");

    static final Setting<Integer> POOL_SIZE = Setting.of(
                    "docker.prefork.poolSize",
                    SettingTypes.integerOr("auto", DockerConfig.Prefork.AUTO, 0, 10_000),
                    0,
                    "Containers kept ready whose network functions join, which makes starts faster; 0: none; auto: 2"
                            + " to 16 of an image that Berth brings along, as many as cold starts need, each for one"
                            + " function (none on Podman).")
            .or(FnRules.uintAsInt("FN_EXPERIMENTAL_PREFORK_POOL_SIZE"));

    static final Setting<String> IMAGE = Setting.of(
                    "docker.prefork.image",
                    SettingTypes.string().where("an image", image -> !image.isBlank()),
                    "busybox",
                    "Their image, pulled if need be. This one, command and useOnce are for a number of them.")
            .or(DockerSettings.unlessEmpty("FN_EXPERIMENTAL_PREFORK_IMAGE", text -> text));

    static final Setting<String> COMMAND = Setting.of(
                    "docker.prefork.command",
                    SettingTypes.string(),
                    "tail -f /dev/null",
                    "Their command; empty: the image's own.")
            .or(FnRules.agentString("FN_EXPERIMENTAL_PREFORK_CMD"));

    static final Setting<Boolean> USE_ONCE = Setting.of(
                    "docker.prefork.useOnce",
                    SettingTypes.bool(),
                    false,
                    "Replace such a container after one function has used it.")
            .or(FnRules.uint("FN_EXPERIMENTAL_PREFORK_USE_ONCE")
                    .as(value -> value != 0)
                    .noted("a number, not 0: true"));

    static final Setting<List<String>> NETWORKS = Setting.of(
                    "docker.prefork.networks",
                    SettingTypes.list(),
                    List.of(),
                    "Networks these containers are spread over; none: docker.networks with auto, else the engine's default.")
            .or(FnRules.words("FN_EXPERIMENTAL_PREFORK_NETWORKS"));

    static final List<Setting<?>> ALL = List.of(
            OPEN_FILES, LOCKED_MEMORY, PENDING_SIGNALS, MESSAGE_QUEUE, POOL_SIZE, IMAGE, COMMAND, USE_ONCE, NETWORKS);

    private DockerLimitSettings() {}

    static DockerConfig.Ulimits readUlimits(Values values) {
        return new DockerConfig.Ulimits(
                values.get(OPEN_FILES),
                values.get(LOCKED_MEMORY),
                values.get(PENDING_SIGNALS),
                values.get(MESSAGE_QUEUE));
    }

    static DockerConfig.Prefork readPrefork(Values values) {
        return new DockerConfig.Prefork(
                values.get(POOL_SIZE),
                values.get(IMAGE),
                values.get(COMMAND),
                values.get(USE_ONCE),
                values.get(NETWORKS));
    }

    private static Setting<Long> ulimit(String name, long defaultValue, String doc, String variable) {
        return Setting.of(
                        "docker.ulimits." + name,
                        SettingTypes.longInteger(-1, Long.MAX_VALUE),
                        defaultValue,
                        doc + "; -1: the engine's own limit.")
                .or(FnRules.ulimit(variable));
    }
}
