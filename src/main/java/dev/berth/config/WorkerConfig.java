package dev.berth.config;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Container life.
 *
 * @param freezeIdle idle time before a container is paused; zero: at once; negative: never
 * @param startTimeout from started to socket ready; no limit is a hundred years, which any timer takes
 * @param healthTimeout from started to an image's health check passed; no limit as above
 * @param keepAlive how long an idle connection to a function is kept; zero: closed after each call
 * @param maxResponseBytes limit of a response body; 0: none
 * @param maxResponseHeaderBytes limit of a response's header block
 * @param socketRoot parent of socket directories, as this process sees it
 * @param engineSocketRoot the same directory as the container engine's host sees it; null: the same path
 * @param socketTmpfs whether to mount a tmpfs on each socket directory
 * @param socketTmpfsOptions mount data of that tmpfs; what it does not say is small
 * @param adopting which containers of an earlier runner are taken over
 */
public record WorkerConfig(
        Duration freezeIdle,
        Duration startTimeout,
        Duration healthTimeout,
        Duration keepAlive,
        long maxResponseBytes,
        int maxResponseHeaderBytes,
        Path socketRoot,
        @Nullable Path engineSocketRoot,
        SocketTmpfs socketTmpfs,
        String socketTmpfsOptions,
        AdoptConfig adopting) {
    private static final int MIB = 1 << 20;
    private static final int DEFAULT_HEADER_LIMIT = 10 * MIB;
    /** A Unix socket's path ends at 107 bytes; this leaves room for the container's directory and the name. */
    private static final int MAX_ROOT_BYTES = 64;

    static final Setting<Duration> FREEZE_IDLE = Setting.of(
                    "worker.freezeIdle",
                    SettingTypes.durationOr(Durations.NEVER, Duration.ZERO),
                    Duration.ofMillis(50),
                    "Idle time before a container is paused; 0: at once.")
            .or(FnRules.msecs("FN_FREEZE_IDLE_MSECS", Durations.NEVER));

    static final Setting<Duration> START_TIMEOUT = Setting.of(
                    "worker.startTimeout",
                    SettingTypes.durationOr(Durations.UNLIMITED, Duration.ofMillis(1)),
                    Duration.ofSeconds(5),
                    "How long a started container may take until its socket is there.")
            .or(FnRules.msecs("FN_HOT_START_TIMEOUT_MSECS", Durations.UNLIMITED));

    static final Setting<Duration> HEALTH_TIMEOUT = Setting.of(
            "worker.healthTimeout",
            SettingTypes.durationOr(Durations.UNLIMITED, Duration.ofMillis(1)),
            Duration.ofMinutes(2),
            "How long a started container of a legacy format may take until its image's health check, if any, has"
                    + " passed. Engines run the first check after 30 s unless the image says otherwise.");

    static final Setting<Duration> KEEP_ALIVE = Setting.of(
            "worker.keepAlive",
            SettingTypes.duration(Duration.ZERO),
            Duration.ofSeconds(1),
            "How long the connection to an idle function is kept; 0: it is closed after each call. Functions"
                    + " close theirs after some seconds, so keep this shorter.");

    static final Setting<Long> MAX_RESPONSE = Setting.of(
                    "worker.maxResponse",
                    SettingTypes.size(0, Long.MAX_VALUE),
                    0L,
                    "Limit of a response body; 0: none.")
            .or(FnRules.uint("FN_MAX_RESPONSE_SIZE").noted("bytes"));

    static final Setting<Integer> MAX_RESPONSE_HEADER = Setting.of(
                    "worker.maxResponseHeader",
                    SettingTypes.intSize(0, 1024 * MIB),
                    DEFAULT_HEADER_LIMIT,
                    "Limit of the headers of a response together; 0: 10MiB.")
            .or(FnRules.uintAsInt("FN_MAX_HDR_RESPONSE_SIZE").noted("bytes"));

    static final Setting<Path> SOCKET_ROOT = Setting.derived(
                    "worker.socketRoot",
                    SettingTypes.path()
                            .where(
                                    "a path of at most " + MAX_ROOT_BYTES + " bytes, since paths of sockets are short",
                                    WorkerConfig::leavesRoomForSocket),
                    environment -> systemTemp(),
                    "the system's temporary folder",
                    "Folder in which each container gets one for its socket, as this process sees it.")
            .or(FnRules.agentString("FN_IOFS_PATH").as(text -> text.isEmpty() ? systemTemp() : Path.of(text)));

    static final Setting<Path> ENGINE_SOCKET_ROOT = Setting.optional(
                    "worker.engineSocketRoot",
                    SettingTypes.path(),
                    "The same folder as the engine's host sees it, for a runner that is itself in a container;"
                            + " none: the same path.")
            .or(FnRules.path("FN_IOFS_DOCKER_PATH"));

    static final Setting<SocketTmpfs> SOCKET_TMPFS = Setting.of(
                    "worker.socketTmpfs",
                    SettingTypes.oneOf(SocketTmpfs.class),
                    SocketTmpfs.AUTO,
                    "Mount a file system of its own, in memory, on each socket folder, so that no function can fill"
                            + " the disk by it. auto: with a container engine, where the runner may mount and the"
                            + " engine sees it.")
            .or(FnRules.bool("FN_IOFS_TMPFS").as(on -> on ? SocketTmpfs.ON : SocketTmpfs.OFF));

    static final Setting<String> SOCKET_TMPFS_OPTIONS = Setting.of(
                    "worker.socketTmpfsOptions",
                    SettingTypes.string(),
                    "",
                    "Mount options of that file system, in place of size=1m,nr_inodes=64. At least 16 inodes, for each"
                            + " socket, link and folder is one.")
            .or(FnRules.agentString("FN_IOFS_OPTS"));

    static final List<Setting<?>> ALL = List.of(
            FREEZE_IDLE,
            START_TIMEOUT,
            HEALTH_TIMEOUT,
            KEEP_ALIVE,
            MAX_RESPONSE,
            MAX_RESPONSE_HEADER,
            SOCKET_ROOT,
            ENGINE_SOCKET_ROOT,
            SOCKET_TMPFS,
            SOCKET_TMPFS_OPTIONS);

    static WorkerConfig read(Values values) {
        int headerLimit = values.get(MAX_RESPONSE_HEADER);
        return new WorkerConfig(
                values.get(FREEZE_IDLE),
                values.get(START_TIMEOUT),
                values.get(HEALTH_TIMEOUT),
                values.get(KEEP_ALIVE),
                values.get(MAX_RESPONSE),
                headerLimit == 0 ? DEFAULT_HEADER_LIMIT : headerLimit,
                values.get(SOCKET_ROOT),
                values.get(ENGINE_SOCKET_ROOT),
                values.get(SOCKET_TMPFS),
                values.get(SOCKET_TMPFS_OPTIONS),
                AdoptConfig.read(values));
    }

    private static boolean leavesRoomForSocket(Path root) {
        return root.toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8).length <= MAX_ROOT_BYTES;
    }

    private static Path systemTemp() {
        return Path.of(System.getProperty("java.io.tmpdir"));
    }
}
