package dev.berth.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The {@code grpc} section. */
final class GrpcSettings {
    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;

    static final Setting<String> HOST = Setting.of(
            "grpc.host",
            SettingTypes.string().where("a host name or an address", host -> host.matches("[A-Za-z0-9.:_-]+")),
            "0.0.0.0",
            "Address to listen on; 0.0.0.0: every interface.");

    static final Setting<Integer> PORT = Setting.of(
                    "grpc.port",
                    SettingTypes.integer(0, 65535),
                    9190,
                    "TCP port of the runner protocol; 0: any free one.")
            .or(FnRules.serverInt("FN_GRPC_PORT"));

    static final Setting<Integer> MAX_MESSAGE = Setting.of(
            "grpc.maxMessage",
            SettingTypes.intSize(64 * KIB, 1024 * MIB),
            4 * MIB,
            "Largest message accepted. A call's whole description travels in one message, and Fn load"
                    + " balancers assume 4MiB.");

    static final Setting<Integer> CONNECTION_WINDOW = Setting.of(
            "grpc.connectionWindow",
            SettingTypes.intSize(64 * KIB - 1, Integer.MAX_VALUE),
            16 * MIB,
            "HTTP/2 window of a connection. All calls of one load balancer share it.");

    static final Setting<Integer> STREAM_WINDOW = Setting.of(
            "grpc.streamWindow",
            SettingTypes.intSize(64 * KIB, Integer.MAX_VALUE),
            MIB,
            "HTTP/2 window of a call whose body is being read; at most the connection's. A call that waits has no"
                    + " more than 64KiB.");

    static final Setting<Integer> MAX_CONCURRENT_STREAMS = Setting.of(
            "grpc.maxConcurrentStreams",
            SettingTypes.integer(1, Integer.MAX_VALUE),
            10_000,
            "Calls one connection may have open. Those above it queue unseen inside the load balancer.");

    static final Setting<Integer> RESPONSE_FRAME = Setting.of(
            "grpc.responseFrame",
            SettingTypes.intSize(KIB, 2 * MIB),
            64 * KIB,
            "Largest piece of a response body sent in one message.");

    static final Setting<List<String>> ALLOW = Setting.of(
            "grpc.allow",
            SettingTypes.networks(),
            List.of(),
            "Networks that may connect; none: all. Connections from elsewhere are closed before a byte is read.");

    static final Setting<Long> BUDGET = Setting.derived(
            "grpc.budget",
            SettingTypes.size(8 * MIB, 768 * MIB),
            environment -> budget(Runtime.getRuntime().maxMemory()),
            "a quarter of the JVM's heap (-Xmx), from 8MiB to 512MiB",
            "Memory for all that is held for clients: streams, call documents, request bytes that wait, answers"
                    + " that are not read, uncollected logs. Calls that would go beyond it are refused and placed"
                    + " elsewhere.");

    static final Setting<Integer> MAX_CONNECTIONS = Setting.derived(
            "grpc.maxConnections",
            SettingTypes.integer(1, 1_000_000),
            environment -> maxConnections(Runtime.getRuntime().maxMemory()),
            "one for each MiB of the JVM's heap (-Xmx), from 64 to 4096",
            "Connections open at once. Beyond, one that has not spoken yet is closed, or the new one. A load balancer has one."
                    + " Each takes a file descriptor:"
                    + " the start warns where ulimit -n is too small for them.");

    static final Setting<Duration> OPEN_TIMEOUT = Setting.of(
            "grpc.openTimeout",
            SettingTypes.duration(Duration.ofMillis(100)),
            Duration.ofSeconds(10),
            "How long a connection may take until it speaks HTTP/2, TLS included, and a stream until its call has"
                    + " come. Connections that have spoken stay.");

    static final Setting<Path> TLS_CERTIFICATE = Setting.optional(
                    "grpc.tls.certificate",
                    SettingTypes.readableFile(),
                    "Own certificate with its chain, a PEM file. Without one the port is cleartext.")
            .or(tls("FN_NODE_CERT"));

    static final Setting<Path> TLS_KEY = Setting.optional(
                    "grpc.tls.key", SettingTypes.readableFile(), "Private key of the certificate, a PEM file.")
            .or(tls("FN_NODE_CERT_KEY"));

    static final Setting<Path> TLS_CLIENT_AUTHORITY = Setting.optional(
                    "grpc.tls.clientAuthority",
                    SettingTypes.readableFile(),
                    "Clients must show a certificate signed by it, a PEM file; none: clients need no certificate.")
            .or(tls("FN_NODE_CERT_AUTHORITY"));

    static final Setting<Duration> TLS_RELOAD_INTERVAL = Setting.of(
            "grpc.tls.reloadInterval",
            SettingTypes.durationOr(Durations.NEVER, Duration.ofSeconds(1)),
            Duration.ofSeconds(30),
            "How often the certificate files are looked at for changes.");

    static final List<Setting<?>> ALL = List.of(
            HOST,
            PORT,
            MAX_MESSAGE,
            CONNECTION_WINDOW,
            STREAM_WINDOW,
            MAX_CONCURRENT_STREAMS,
            RESPONSE_FRAME,
            ALLOW,
            BUDGET,
            MAX_CONNECTIONS,
            OPEN_TIMEOUT,
            TLS_CERTIFICATE,
            TLS_KEY,
            TLS_CLIENT_AUTHORITY,
            TLS_RELOAD_INTERVAL);

    private GrpcSettings() {}

    static GrpcConfig read(Values values) {
        return new GrpcConfig(
                values.get(HOST),
                values.get(PORT),
                values.get(MAX_MESSAGE),
                values.get(CONNECTION_WINDOW),
                values.get(STREAM_WINDOW),
                values.get(MAX_CONCURRENT_STREAMS),
                values.get(RESPONSE_FRAME),
                values.get(ALLOW),
                new GrpcConfig.Limits(values.get(BUDGET), values.get(MAX_CONNECTIONS), values.get(OPEN_TIMEOUT)),
                readTls(values));
    }

    /** The bytes are on the heap; four times as much leaves room for the rest of the runner and for garbage. */
    static long budget(long heapBytes) {
        return clamp(heapBytes / 4, 8 * MIB, 512 * MIB);
    }

    /** A connection may keep some hundred KiB outside the heap, of which there is as much unless it is set. */
    static int maxConnections(long heapBytes) {
        return (int) clamp(heapBytes / MIB, 64, 4096);
    }

    private static long clamp(long value, long least, long most) {
        return Math.max(least, Math.min(most, value));
    }

    private static GrpcConfig.@Nullable Tls readTls(Values values) {
        Path certificate = values.get(TLS_CERTIFICATE);
        Path key = values.get(TLS_KEY);
        Path authority = values.get(TLS_CLIENT_AUTHORITY);
        if (certificate == null && key == null && authority == null) {
            return null;
        }
        Problems problems = new Problems();
        problems.require(certificate != null, TLS_CERTIFICATE.key(), "none", "given with the other grpc.tls files");
        problems.require(key != null, TLS_KEY.key(), "none", "given with the other grpc.tls files");
        problems.throwIfAny();
        return new GrpcConfig.Tls(certificate, key, authority, values.get(TLS_RELOAD_INTERVAL));
    }

    /** Fn's three count only together. */
    private static FnVariable<Path> tls(String name) {
        FnVariable<Path> alone = FnRules.serverString(name).as(Path::of);
        return new FnVariable<>(
                name,
                "with the other two",
                (variable, environment, warnings) -> FnEnvironment.hasMutualTls(environment)
                        ? alone.reader().read(variable, environment, warnings)
                        : null);
    }
}
