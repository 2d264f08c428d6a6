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
            "HTTP/2 window of a connection. All calls of one load balancer share it: bytes that a waiting call"
                    + " does not read yet hold it, and when it is used up every call waits.");

    static final Setting<Integer> STREAM_WINDOW = Setting.of(
            "grpc.streamWindow",
            SettingTypes.intSize(16 * KIB, Integer.MAX_VALUE),
            MIB,
            "HTTP/2 window of one call; at most the connection's.");

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
                readTls(values));
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
