package dev.berth.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The {@code docker} section: the engine, its images and the look of containers. */
final class DockerSettings {
    private static final long MIB = 1L << 20;

    static final Setting<String> HOST = Setting.of(
                    "docker.host",
                    SettingTypes.string()
                            .where(
                                    "unix:///path/of/socket or tcp://host:port",
                                    host -> host.matches("unix:///.+|tcp://[^/]+:\\d{1,5}/?")),
                    "unix:///var/run/docker.sock",
                    "Where the engine listens.")
            .or(unlessEmpty("DOCKER_HOST", text -> text));

    static final Setting<Boolean> TLS_VERIFY = Setting.of(
                    "docker.tlsVerify", SettingTypes.bool(), false, "Use TLS with a tcp engine and verify it.")
            .or(FnRules.agentString("DOCKER_TLS_VERIFY")
                    .as(text -> !text.isEmpty())
                    .noted("any text: true"));

    static final Setting<Path> CERT_PATH = Setting.derived(
                    "docker.certPath",
                    SettingTypes.optional(SettingTypes.path()),
                    DockerSettings::dockerFolder,
                    "$HOME/.docker",
                    "Folder of cert.pem, key.pem and ca.pem for TLS with the engine.")
            .or(unlessEmpty("DOCKER_CERT_PATH", Path::of));

    static final Setting<String> LABEL_TAG = Setting.optional(
                    "docker.labelTag",
                    SettingTypes.string(),
                    "Value of the label fn-agent-classifier on containers; none: no such label.")
            .or(FnRules.text("FN_CONTAINER_LABEL_TAG"));

    static final Setting<List<String>> NETWORKS = Setting.of(
                    "docker.networks",
                    SettingTypes.list(),
                    List.of(),
                    "Networks that containers are spread over; none: the engine's default.")
            .or(FnRules.words("FN_DOCKER_NETWORKS"));

    static final Setting<Secret> AUTH = Setting.optional(
                    "docker.auth",
                    SettingTypes.secret(),
                    "Registry credentials, a Docker configuration document; none: config.json of configFolder.")
            .or(unlessEmpty("DOCKER_AUTH", Secret::new))
            .or(unlessEmpty("FN_DOCKER_AUTH", Secret::new));

    static final Setting<Path> CONFIG_FOLDER = Setting.derived(
                    "docker.configFolder",
                    SettingTypes.optional(SettingTypes.path()),
                    DockerSettings::dockerFolder,
                    "$HOME/.docker",
                    "Folder in which config.json is looked for.")
            .or(unlessEmpty("DOCKER_CONFIG", Path::of));

    static final Setting<Path> LOAD_FILE = Setting.optional(
                    "docker.loadFile",
                    SettingTypes.readableFile(),
                    "Image archive that is loaded into the engine before anything is served.")
            .or(FnRules.path("FN_DOCKER_LOAD_FILE"));

    static final Setting<Boolean> ENABLE_VOLUME = Setting.of(
                    "docker.enableVolume", SettingTypes.bool(), false, "Accept images that declare volumes.")
            .or(FnRules.bool("FN_IMAGE_ENABLE_VOLUME"));

    static final Setting<Boolean> READ_ONLY_ROOT = Setting.of(
                    "docker.readOnlyRoot", SettingTypes.bool(), true, "Containers cannot write outside /tmp.")
            .or(FnRules.invertedBool("FN_DISABLE_READONLY_ROOTFS"));

    static final Setting<Boolean> UNPRIVILEGED = Setting.of(
                    "docker.unprivileged",
                    SettingTypes.bool(),
                    true,
                    "Functions run as user and group 1000, without capabilities, and cannot gain privileges.")
            .or(FnRules.invertedBool("FN_DISABLE_UNPRIVILEGED_CONTAINERS"));

    static final Setting<Integer> MAX_PIDS = Setting.of(
                    "docker.maxPids",
                    SettingTypes.integer(0, Integer.MAX_VALUE),
                    50,
                    "Processes and threads a container may have; 0: no limit.")
            .or(FnRules.uintAsInt("FN_MAX_PIDS"));

    static final Setting<Long> MAX_FS_SIZE = Setting.of(
                    "docker.maxFsSize",
                    SettingTypes.size(0, Long.MAX_VALUE)
                            .where("a size of whole MiB such as 512MiB", bytes -> bytes % MIB == 0),
                    0L,
                    "Size of a container's writable layer, where the engine's storage supports it; 0: no limit.")
            .or(FnRules.uint("FN_MAX_FS_SIZE_MB").as(DockerSettings::mebibytes).noted("MiB"));

    static final Setting<Long> MAX_TMPFS_INODES = Setting.of(
                    "docker.maxTmpfsInodes",
                    SettingTypes.longInteger(0, Long.MAX_VALUE),
                    0L,
                    "Files and folders that may be in /tmp, for calls that give /tmp a size; 0: no limit.")
            .or(FnRules.uint("FN_MAX_TMPFS_INODES"));

    static final Setting<Long> IMAGE_CLEAN_MAX = Setting.of(
                    "docker.imageCleanMax",
                    SettingTypes.size(0, Long.MAX_VALUE),
                    0L,
                    "Size of all images from which on unused ones are removed; 0: never.")
            .or(FnRules.uint("FN_IMAGE_CLEAN_MAX_SIZE").noted("bytes"));

    static final Setting<List<String>> IMAGE_CLEAN_EXEMPT = Setting.of(
                    "docker.imageCleanExempt",
                    SettingTypes.list(),
                    List.of(),
                    "Images that are never removed, each with its tag.")
            .or(FnRules.words("FN_IMAGE_CLEAN_EXEMPT_TAGS"));

    static final List<Setting<?>> ALL = List.of(
            HOST,
            TLS_VERIFY,
            CERT_PATH,
            LABEL_TAG,
            NETWORKS,
            AUTH,
            CONFIG_FOLDER,
            LOAD_FILE,
            ENABLE_VOLUME,
            READ_ONLY_ROOT,
            UNPRIVILEGED,
            MAX_PIDS,
            MAX_FS_SIZE,
            MAX_TMPFS_INODES,
            IMAGE_CLEAN_MAX,
            IMAGE_CLEAN_EXEMPT);

    private DockerSettings() {}

    static DockerConfig read(Values values) {
        return new DockerConfig(
                values.get(HOST),
                values.get(TLS_VERIFY),
                values.get(CERT_PATH),
                values.get(LABEL_TAG),
                values.get(NETWORKS),
                values.get(AUTH),
                values.get(CONFIG_FOLDER),
                values.get(LOAD_FILE),
                values.get(ENABLE_VOLUME),
                values.get(READ_ONLY_ROOT),
                values.get(UNPRIVILEGED),
                values.get(MAX_PIDS),
                values.get(MAX_FS_SIZE) / MIB,
                values.get(MAX_TMPFS_INODES),
                DockerLimitSettings.readUlimits(values),
                values.get(IMAGE_CLEAN_MAX),
                Set.copyOf(values.get(IMAGE_CLEAN_EXEMPT)),
                DockerLimitSettings.readPrefork(values));
    }

    /** A variable that counts as not set when it is empty, as Docker's own do. */
    static <T> FnVariable<T> unlessEmpty(String name, Function<String, T> convert) {
        return new FnVariable<>(name, "", (variable, environment, warnings) -> {
            String text = environment.get(variable);
            return text == null || text.isBlank() ? null : new FnVariable.Given<>(convert.apply(text.trim()));
        });
    }

    private static long mebibytes(long count) {
        if (count > Long.MAX_VALUE / MIB) {
            throw new BadValue();
        }
        return count * MIB;
    }

    private static @Nullable Path dockerFolder(Environment environment) {
        String home = environment.get("HOME");
        return home == null || home.isEmpty() ? null : Path.of(home, ".docker");
    }
}
