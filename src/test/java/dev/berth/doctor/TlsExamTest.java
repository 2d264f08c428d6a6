package dev.berth.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.config.ConfigLoader;
import dev.berth.config.RunnerConfig;
import dev.berth.doctor.Finding.Level;
import dev.berth.port.TestCertificates;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TlsExamTest {
    private final Vertx vertx = Vertx.vertx();

    @TempDir
    Path folder;

    private TestCertificates authority;

    @BeforeEach
    void makeAuthority() {
        authority = new TestCertificates(folder, "authority");
    }

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private List<Finding> examine(Path certificate, Path key, String... more) throws Exception {
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString(more.length > 0 ? more[0] : "rw-------"));
        RunnerConfig config = ConfigLoader.load(
                        null,
                        Map.of(
                                "BERTH_GRPC_TLS_CERTIFICATE",
                                certificate.toString(),
                                "BERTH_GRPC_TLS_KEY",
                                key.toString()),
                        Map.of())
                .config();
        return new TlsExam(vertx, Clock.systemUTC()).examine(config);
    }

    private TestCertificates.Identity lasting(Duration time) {
        return authority.issue("runner", Instant.now().plus(time));
    }

    @Test
    void certificateWithTimeLeftIsWell() throws Exception {
        TestCertificates.Identity runner = lasting(Duration.ofDays(90).plusHours(1));
        assertThat(examine(runner.certificate(), runner.key()))
                .singleElement()
                .isEqualTo(Finding.ok("tls grpc", runner.certificate() + " has 90 days left"));
    }

    @Test
    void certificateThatEndsSoonIsToldWithItsDays() throws Exception {
        TestCertificates.Identity runner = lasting(Duration.ofDays(12).plusHours(1));
        assertThat(examine(runner.certificate(), runner.key())).singleElement().satisfies(finding -> {
            assertThat(finding.level()).isEqualTo(Level.WARN);
            assertThat(finding.says()).endsWith("ends in 12 days");
            assertThat(finding.remedy()).startsWith("renew it");
        });
    }

    @Test
    void certificateThatHasEndedIsTold() throws Exception {
        TestCertificates.Identity runner = lasting(Duration.ofHours(-1));
        assertThat(examine(runner.certificate(), runner.key())).singleElement().satisfies(finding -> {
            assertThat(finding.level()).isEqualTo(Level.WARN);
            assertThat(finding.says()).contains("has expired at");
        });
    }

    @Test
    void keyOfAnotherCertificateFails() throws Exception {
        TestCertificates.Identity runner = lasting(Duration.ofDays(90));
        TestCertificates.Identity other = authority.issue("other");
        assertThat(examine(runner.certificate(), other.key())).singleElement().satisfies(finding -> {
            assertThat(finding.level()).isEqualTo(Level.FAIL);
            assertThat(finding.says()).endsWith("the private key does not belong to the certificate");
        });
    }

    @Test
    void keyThatOthersMayReadIsTold() throws Exception {
        TestCertificates.Identity runner = lasting(Duration.ofDays(90));
        assertThat(examine(runner.certificate(), runner.key(), "rw-r--r--"))
                .extracting(Finding::level)
                .containsExactly(Level.OK, Level.WARN);
        assertThat(examine(runner.certificate(), runner.key(), "rw-r-----"))
                .extracting(Finding::level)
                .containsExactly(Level.OK);
    }

    @Test
    void cleartextIsToldUnlessFewCanConnect() {
        assertThat(cleartext(Map.of()).level()).isEqualTo(Level.WARN);
        assertThat(cleartext(Map.of("BERTH_GRPC_HOST", "127.0.0.1")).level()).isEqualTo(Level.OK);
        assertThat(cleartext(Map.of("BERTH_GRPC_ALLOW", "10.0.0.0/8")).level()).isEqualTo(Level.OK);
    }

    private Finding cleartext(Map<String, String> environment) {
        RunnerConfig config = ConfigLoader.load(null, environment, Map.of()).config();
        return new TlsExam(vertx, Clock.systemUTC()).examine(config).get(0);
    }
}
