package dev.berth.config;

import io.netty.util.NetUtil;
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

    /** Whether a runner that finds the port taken goes on without one: with the default, several can share a machine. */
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
