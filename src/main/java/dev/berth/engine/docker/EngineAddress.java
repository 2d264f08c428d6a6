package dev.berth.engine.docker;

import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
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
    private static final String UNIX = "unix://";

    /** Fails with ENGINE_FAILED if it is neither {@code unix:///path} nor {@code tcp://host:port}. */
    static EngineAddress of(String text, boolean tls, @Nullable Path certPath) {
        if (text.startsWith(UNIX + "/")) {
            String path = text.substring(UNIX.length());
            return new EngineAddress(text, SocketAddress.domainSocketAddress(path), "docker", false, null);
        }
        try {
            URI uri = new URI(text);
            if ("tcp".equals(uri.getScheme()) && uri.getHost() != null && uri.getPort() > 0) {
                String host = uri.getHost();
                return new EngineAddress(
                        text, SocketAddress.inetSocketAddress(uri.getPort(), host), host, tls, certPath);
            }
        } catch (URISyntaxException e) {
            throw unusable(text);
        }
        throw unusable(text);
    }

    private static RunnerException unusable(String text) {
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
            options.setTrustOptions(
                    new PemTrustOptions().addCertPath(certPath.resolve("ca.pem").toString()));
        }
        return options;
    }
}
