package dev.berth.engine.docker;

import dev.berth.config.DockerConfig;
import dev.berth.error.ErrorCode;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.ClientOptionsBase;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where the engine listens.
 *
 * @param text as the operator wrote it, for messages
 * @param socket what to connect to
 * @param host value of the Host header
 * @param tls whether the connection is encrypted
 * @param certPath folder of cert.pem, key.pem and ca.pem; null: the JVM's trust store and no certificate of our own
 */
record EngineAddress(
        String text,
        SocketAddress socket,
        String host,
        boolean tls,
        @Nullable Path certPath) {
    private static final int PLAIN_PORT = 2375;
    private static final int TLS_PORT = 2376;

    static EngineAddress of(DockerConfig config) {
        String text = config.host();
        if (text.startsWith("unix://") && text.length() > "unix://".length()) {
            String path = text.substring("unix://".length());
            return new EngineAddress(text, SocketAddress.domainSocketAddress(path), "docker", false, null);
        }
        URI uri = uri(text);
        String scheme = uri.getScheme();
        if (uri.getHost() == null || scheme == null || !scheme.matches("tcp|http|https")) {
            throw unusable(text);
        }
        boolean tls = config.tlsVerify() || scheme.equals("https");
        int port = uri.getPort() > 0 ? uri.getPort() : tls ? TLS_PORT : PLAIN_PORT;
        return new EngineAddress(
                text, SocketAddress.inetSocketAddress(port, uri.getHost()), uri.getHost(), tls, config.certPath());
    }

    private static URI uri(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw unusable(text);
        }
    }

    private static RuntimeException unusable(String text) {
        return ErrorCode.ENGINE_FAILED.exception(
                "container engine address '" + text + "' is neither unix:///path nor tcp://host:port");
    }

    /** Reads no file yet: the certificates are read when the first connection is made. */
    HttpClientOptions clientOptions() {
        HttpClientOptions options = new HttpClientOptions();
        if (tls) {
            options.setVerifyHost(true);
        }
        return secured(options);
    }

    /** As {@link #clientOptions}, for a connection without HTTP. */
    NetClientOptions socketOptions() {
        NetClientOptions options = new NetClientOptions();
        if (tls) {
            options.setHostnameVerificationAlgorithm("HTTPS");
        }
        return secured(options);
    }

    private <T extends ClientOptionsBase> T secured(T options) {
        options.setTcpKeepAlive(!socket.isDomainSocket());
        options.setSsl(tls);
        if (tls && certPath != null) {
            options.setKeyCertOptions(new PemKeyCertOptions()
                    .setCertPath(certPath.resolve("cert.pem").toString())
                    .setKeyPath(certPath.resolve("key.pem").toString()));
            options.setTrustOptions(new PemTrustOptions()
                    .addCertPath(certPath.resolve("ca.pem").toString()));
        }
        return options;
    }
}
