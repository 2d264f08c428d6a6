package dev.berth.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.berth.config.GrpcConfig;
import dev.berth.config.HttpConfig;
import dev.berth.config.Secret;
import dev.berth.ingress.Await;
import dev.berth.port.TestCertificates;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** TLS of the operations port, and clients that show certificates. */
@Timeout(60)
final class OperationsTlsTest {
    private final OpsRig rig = new OpsRig();
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private TestCertificates authority;
    private TestCertificates stranger;

    private record Got(int status, Buffer body) {}

    @BeforeEach
    void prepare(@TempDir Path folder) {
        authority = new TestCertificates(folder, "ours");
        stranger = new TestCertificates(folder, "theirs");
        log.start();
        ((Logger) LoggerFactory.getLogger(ActionPages.class)).addAppender(log);
    }

    @AfterEach
    void close() {
        ((Logger) LoggerFactory.getLogger(ActionPages.class)).detachAppender(log);
        rig.close();
    }

    private void open(boolean mutual, @Nullable String operatorToken) {
        TestCertificates.Identity server = authority.issue("127.0.0.1");
        rig.open(new HttpConfig(
                "127.0.0.1",
                9191,
                List.of(),
                null,
                operatorToken == null ? null : new Secret(operatorToken),
                new GrpcConfig.Tls(
                        server.certificate(), server.key(), mutual ? authority.authority : null, Duration.ZERO)));
    }

    private Got ask(HttpMethod method, String path, TestCertificates.@Nullable Identity client) {
        HttpClientOptions options = new HttpClientOptions()
                .setSsl(true)
                .setVerifyHost(false)
                .setTrustOptions(new PemTrustOptions().addCertPath(authority.authority.toString()));
        if (client != null) {
            options.setKeyCertOptions(new PemKeyCertOptions()
                    .addCertPath(client.certificate().toString())
                    .addKeyPath(client.key().toString()));
        }
        HttpClient http = rig.vertx.createHttpClient(options);
        try {
            return Await.of(http.request(new RequestOptions()
                            .setHost("127.0.0.1")
                            .setPort(rig.port())
                            .setMethod(method)
                            .setURI(path))
                    .compose(request -> request.send()
                            .compose((HttpClientResponse response) ->
                                    response.body().map(body -> new Got(response.statusCode(), body)))));
        } finally {
            Await.of(http.close());
        }
    }

    @Test
    void withACertificateOfTheAuthorityClientsMayDoEverythingAndAreNamedInTheLog() {
        open(true, null);
        TestCertificates.Identity anna = authority.issue("anna");

        assertThat(ask(HttpMethod.GET, "/api/node", anna).status()).isEqualTo(200);
        Got asked = ask(HttpMethod.POST, "/api/node/drain", anna);
        assertThat(asked.status()).isEqualTo(202);
        String again = "/api/node/drain?nonce=" + asked.body().toJsonObject().getString("nonce");
        assertThat(ask(HttpMethod.POST, again, anna).status()).isEqualTo(200);
        assertThat(rig.told).containsExactly("drain");
        assertThat(log.list.get(0).getKeyValuePairs().toString()).contains("certificate of CN=anna");
    }

    @Test
    void withoutOneOrWithAStrangersNobodyGetsAnything() {
        open(true, null);

        assertThatThrownBy(() -> ask(HttpMethod.GET, "/version", null)).isNotNull();
        assertThatThrownBy(() -> ask(HttpMethod.GET, "/version", stranger.issue("anna")))
                .isNotNull();
    }

    @Test
    void aCertificateDoesNotStandInForATokenThatIsWanted() {
        open(true, OpsRig.OPERATOR);

        assertThat(ask(HttpMethod.GET, "/api/node", authority.issue("anna")).status())
                .isEqualTo(401);
    }

    @Test
    void clientsNeedNoCertificateWhereNoneIsAskedFor() {
        open(false, null);

        assertThat(ask(HttpMethod.GET, "/version", null).status()).isEqualTo(200);
    }
}
