package dev.berth.config;

import io.netty.util.NetUtil;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The operations port. Bound elsewhere than loopback it must be able to tell who asks.
 *
 * @param port 0: there is none
 * @param hosts names that may be in a request's {@code Host}, besides localhost and every address
 * @param readToken who may look; null: whoever may do everything, or everybody where there is no token at all
 * @param operatorToken who may also change; null: nobody, or everybody where there is no token at all
 * @param tls null: cleartext
 */
public record HttpConfig(
        String host,
        int port,
        List<String> hosts,
        @Nullable Secret readToken,
        @Nullable Secret operatorToken,
        GrpcConfig.@Nullable Tls tls) {
    static final int DEFAULT_PORT = 9191;

    static final Setting<String> HOST = Setting.of(
            "http.host",
            SettingTypes.string().where("a host name or an address", host -> host.matches("[A-Za-z0-9.:_-]+")),
            "127.0.0.1",
            "Address of the operations port. Elsewhere than on loopback it needs a token file, or TLS with a client"
                    + " authority.");

    static final Setting<Integer> PORT = Setting.of(
                    "http.port",
                    SettingTypes.integer(0, 65535),
                    DEFAULT_PORT,
                    "TCP port for operators: metrics, health, and the node's state as JSON; 0: none. Where the default"
                            + " is taken already, a runner takes a free one and says so.")
            .or(FnRules.serverInt("FN_PORT"));

    static final Setting<List<String>> HOSTS = Setting.of(
            "http.hosts",
            SettingTypes.list(),
            List.of(),
            "Names that clients may reach the operations port by, besides localhost and addresses. Requests for other"
                    + " names are refused, for they may come from a page in an operator's browser.");

    static final Setting<Path> READ_TOKEN_FILE = Setting.optional(
            "http.readTokenFile",
            SettingTypes.readableFile(),
            "File that holds the token of those who may look, at least 16 characters; only its owner may read it."
                    + " Clients send it as Authorization: Bearer.");

    static final Setting<Path> OPERATOR_TOKEN_FILE = Setting.optional(
            "http.operatorTokenFile",
            SettingTypes.readableFile(),
            "The same for those who may look and change. With either file nobody may look without a token; health and"
                    + " version are open to all.");

    static final Setting<Path> TLS_CERTIFICATE = Setting.optional(
            "http.tls.certificate",
            SettingTypes.readableFile(),
            "Certificate of the operations port with its chain, a PEM file. Without one it is cleartext.");

    static final Setting<Path> TLS_KEY = Setting.optional(
            "http.tls.key", SettingTypes.readableFile(), "Private key of the certificate, a PEM file.");

    static final Setting<Path> TLS_CLIENT_AUTHORITY = Setting.optional(
            "http.tls.clientAuthority",
            SettingTypes.readableFile(),
            "Clients must show a certificate signed by it, a PEM file; without token files they may then do"
                    + " everything. None: clients need no certificate.");

    static final Setting<Duration> TLS_RELOAD_INTERVAL = Setting.of(
            "http.tls.reloadInterval",
            SettingTypes.durationOr(Durations.NEVER, Duration.ofSeconds(1)),
            Duration.ofSeconds(30),
            "How often the certificate files are looked at for changes.");

    static final List<Setting<?>> ALL = List.of(
            HOST,
            PORT,
            HOSTS,
            READ_TOKEN_FILE,
            OPERATOR_TOKEN_FILE,
            TLS_CERTIFICATE,
            TLS_KEY,
            TLS_CLIENT_AUTHORITY,
            TLS_RELOAD_INTERVAL);

    static HttpConfig read(Values values) {
        return new HttpConfig(
                values.get(HOST),
                values.get(PORT),
                values.get(HOSTS),
                TokenFile.read(READ_TOKEN_FILE.key(), values.get(READ_TOKEN_FILE)),
                TokenFile.read(OPERATOR_TOKEN_FILE.key(), values.get(OPERATOR_TOKEN_FILE)),
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
        problems.require(certificate != null, TLS_CERTIFICATE.key(), "none", "given with the other http.tls files");
        problems.require(key != null, TLS_KEY.key(), "none", "given with the other http.tls files");
        problems.throwIfAny();
        return new GrpcConfig.Tls(certificate, key, authority, values.get(TLS_RELOAD_INTERVAL));
    }

    public HttpConfig {
        hosts = List.copyOf(hosts);
        new Problems()
                .require(
                        port == 0 || isLoopback(host) || guarded(readToken, operatorToken, tls),
                        "http.host",
                        host,
                        "a loopback address, unless http.readTokenFile, http.operatorTokenFile or"
                                + " http.tls.clientAuthority says who may ask")
                .throwIfAny();
    }

    /** Whether a runner that finds the port taken takes another: with the default, several can share a machine. */
    public boolean mayBeTaken() {
        return port == DEFAULT_PORT;
    }

    public boolean on() {
        return port != 0;
    }

    private static boolean guarded(
            @Nullable Secret readToken, @Nullable Secret operatorToken, GrpcConfig.@Nullable Tls tls) {
        return readToken != null || operatorToken != null || (tls != null && tls.clientAuthority() != null);
    }

    /** A name other than localhost may stand for any address. */
    private static boolean isLoopback(String host) {
        return host.equals("localhost")
                || host.equals("::1")
                || (NetUtil.isValidIpV4Address(host) && host.startsWith("127."));
    }
}
