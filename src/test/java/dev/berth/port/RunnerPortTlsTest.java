package dev.berth.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.config.GrpcConfig;
import dev.berth.conformance.Rule;
import dev.berth.error.ErrorCode;
import dev.berth.ingress.Await;
import dev.berth.ingress.EngageClient;
import dev.berth.ingress.IngressRig;
import dev.berth.ingress.LoggedLines;
import dev.berth.ingress.RawHttp2;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RunnerPortTlsTest {
    @TempDir
    static Path folder;

    private static TestCertificates authority;
    private static TestCertificates.Identity first;
    private static TestCertificates.Identity second;
    private static TestCertificates.Identity balancer;

    private TestCertificates.Identity server;
    private @Nullable IngressRig rig;

    @BeforeAll
    static void issue() {
        authority = new TestCertificates(folder, "authority");
        first = authority.issue("runner");
        second = authority.issue("runner-2");
        balancer = authority.issue("balancer");
    }

    @BeforeEach
    void install() throws IOException {
        server = new TestCertificates.Identity(folder.resolve("server.crt"), folder.resolve("server.key"));
        Files.copy(first.certificate(), server.certificate(), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(first.key(), server.key(), StandardCopyOption.REPLACE_EXISTING);
    }

    @AfterEach
    void stop() {
        if (rig != null) {
            rig.close();
        }
    }

    private void start(@Nullable Path clientAuthority, TestCertificates.@Nullable Identity client) {
        start(clientAuthority, client, Duration.ZERO);
    }

    private void start(
            @Nullable Path clientAuthority, TestCertificates.@Nullable Identity client, Duration reloadInterval) {
        GrpcConfig.Tls tls = new GrpcConfig.Tls(server.certificate(), server.key(), clientAuthority, reloadInterval);
        rig = new IngressRig(IngressRig.grpc(IngressRig.limits(64 << 20), tls), options(client));
    }

    private HttpClientOptions options(TestCertificates.@Nullable Identity client) {
        HttpClientOptions options = new HttpClientOptions()
                .setSsl(true)
                .setUseAlpn(true)
                .setTrustOptions(new PemTrustOptions().addCertPath(authority.authority.toString()));
        if (client != null) {
            options.setKeyCertOptions(new PemKeyCertOptions()
                    .addCertPath(client.certificate().toString())
                    .addKeyPath(client.key().toString()));
        }
        return options;
    }

    private void assertRefused(TestCertificates.@Nullable Identity client) {
        // With TLS 1.3 the client learns of it only when it reads: at the handshake's end or just after.
        assertThatThrownBy(() -> {
                    try (EngageClient refused = new EngageClient(rig.vertx, rig.ingress.port(), options(client))) {
                        refused.engage().tryCall("{}").result();
                    }
                })
                .isNotNull();
        assertThat(rig.counters.received()).isZero();
    }

    @Test
    void balancerWithACertificateOfTheAuthorityIsServed() {
        start(authority.authority, balancer);

        assertThat(rig.client
                        .engage()
                        .tryCall(IngressRig.MODEL)
                        .data("x", true)
                        .result()
                        .body())
                .isEqualTo("x");
    }

    @Test
    void clientsWithoutAUsableCertificateAreRefused() {
        start(authority.authority, balancer);
        TestCertificates other = new TestCertificates(folder, "other");

        assertRefused(null);
        assertRefused(other.issue("stranger"));
        assertRefused(authority.issue("late", Instant.now().minus(Duration.ofDays(1))));
    }

    @Test
    void withoutAnAuthorityClientsNeedNoCertificate() {
        start(null, null);

        assertThat(rig.client
                        .engage()
                        .tryCall(IngressRig.MODEL)
                        .data("x", true)
                        .result()
                        .body())
                .isEqualTo("x");
    }

    @Test
    @Rule("transport-scheme")
    void schemeHttpIsTakenOverTls() throws Exception {
        start(null, null);
        rig.registry.onAcquire = acquire -> rig.registry.refuse(acquire, ErrorCode.SERVER_BUSY);
        try (RawHttp2 raw = new RawHttp2(tlsSocket())) {
            raw.headers(
                    1,
                    ":method",
                    "POST",
                    ":scheme",
                    "http",
                    ":path",
                    "/RunnerProtocol/Engage",
                    ":authority",
                    "x:1",
                    "content-type",
                    "application/grpc",
                    "te",
                    "trailers");
            raw.frame(RawHttp2.DATA, 0, 1, new byte[] {0, 0, 0, 0, 0});

            assertThat(raw.nextOf(1)).isEqualTo(RawHttp2.HEADERS);
        }
    }

    private SSLSocket tlsSocket() throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        try (var in = Files.newInputStream(authority.authority)) {
            trusted.setCertificateEntry(
                    "ca",
                    java.security.cert.CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", rig.ingress.port());
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2"});
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    @Test
    void changedCertificatesAreUsedForNewConnectionsAndOpenOnesStay() throws IOException {
        start(null, null, Duration.ofMillis(50));
        assertThat(subject(rig.client)).isEqualTo("CN=runner");

        Files.copy(second.certificate(), server.certificate(), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(second.key(), server.key(), StandardCopyOption.REPLACE_EXISTING);

        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!newConnectionSees("CN=runner-2")) {
            assertThat(System.nanoTime()).isLessThan(end);
        }
        assertThat(rig.client
                        .engage()
                        .tryCall(IngressRig.MODEL)
                        .data("x", true)
                        .result()
                        .body())
                .isEqualTo("x");
    }

    @Test
    void certificatesThatDoNotFitTogetherAreNotUsed() throws IOException {
        start(null, null);
        Files.copy(second.certificate(), server.certificate(), StandardCopyOption.REPLACE_EXISTING);
        TlsFiles files = new TlsFiles(rig.vertx, rig.tls());

        assertThatThrownBy(() -> Await.of(files.reload(rig.ingress.server())))
                .hasStackTraceContaining("the private key does not belong to the certificate");

        assertThat(newConnectionSees("CN=runner")).isTrue();
    }

    @Test
    @Rule("tls-warning")
    void filesThatCannotBeUsedAreWarnedOfOncePerChange() throws IOException {
        start(null, null);
        TlsFiles files = new TlsFiles(rig.vertx, rig.tls());
        byte[] certificate = Files.readAllBytes(server.certificate());
        Await.of(files.reload(rig.ingress.server()));
        try (LoggedLines lines = LoggedLines.of(TlsFiles.class)) {
            Files.copy(second.certificate(), server.certificate(), StandardCopyOption.REPLACE_EXISTING);
            lookThrice(files);
            assertThat(lines.warnings()).singleElement().asString().contains("does not belong to the certificate");
            Files.delete(server.certificate());
            lookThrice(files);
            assertThat(lines.warnings()).hasSize(2);
            Files.write(server.certificate(), certificate);
            Await.of(files.reload(rig.ingress.server()));
            assertThat(lines.warnings()).hasSize(2);
            Files.delete(server.certificate());
            lookThrice(files);
            assertThat(lines.warnings()).hasSize(3);
        } finally {
            Files.write(server.certificate(), certificate);
        }
    }

    /** A set that is being written when it is looked at is well at the next look. */
    @Test
    @Rule("tls-warning")
    void aHalfWrittenSetOfFilesIsNotWarnedOf() throws IOException {
        start(null, null);
        TlsFiles files = new TlsFiles(rig.vertx, rig.tls());
        byte[] certificate = Files.readAllBytes(server.certificate());
        byte[] key = Files.readAllBytes(server.key());
        Await.of(files.reload(rig.ingress.server()));
        try (LoggedLines lines = LoggedLines.of(TlsFiles.class)) {
            Files.write(server.certificate(), new byte[0]);
            assertThatThrownBy(() -> Await.of(files.reload(rig.ingress.server())))
                    .isNotNull();
            Files.copy(second.certificate(), server.certificate(), StandardCopyOption.REPLACE_EXISTING);
            assertThatThrownBy(() -> Await.of(files.reload(rig.ingress.server())))
                    .isNotNull();
            Files.copy(second.key(), server.key(), StandardCopyOption.REPLACE_EXISTING);
            assertThat(Await.of(files.reload(rig.ingress.server()))).isTrue();
            assertThat(lines.warnings()).isEmpty();
        } finally {
            Files.write(server.certificate(), certificate);
            Files.write(server.key(), key);
        }
    }

    private void lookThrice(TlsFiles files) {
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> Await.of(files.reload(rig.ingress.server())))
                    .isNotNull();
        }
    }

    private boolean newConnectionSees(String subject) {
        try (EngageClient fresh = new EngageClient(rig.vertx, rig.ingress.port(), options(null))) {
            return subject(fresh).equals(subject);
        }
    }

    private static String subject(EngageClient client) {
        try {
            X509Certificate certificate =
                    (X509Certificate) client.connection.peerCertificates().get(0);
            return certificate.getSubjectX500Principal().getName();
        } catch (SSLPeerUnverifiedException e) {
            throw new AssertionError(e);
        }
    }
}
