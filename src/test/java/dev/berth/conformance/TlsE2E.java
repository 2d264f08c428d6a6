package dev.berth.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.ingress.EngageCall;
import dev.berth.ingress.EngageClient;
import dev.berth.port.TestCertificates.Identity;
import io.vertx.core.http.HttpClientOptions;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The port with mutual TLS by Fn's three variables, and two ingress instances behind it. */
@OnRunner(Profile.TLS)
final class TlsE2E {
    private static final String NOT_USED = "TLS files cannot be used, the earlier ones stay in use";
    /** Enough that each ingress instance takes some. */
    private static final int CONNECTIONS = 4;

    private static final CallDoc SEND_OK = CallDoc.of("read; send ok");

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    @Rule("transport-tls")
    void aClientWithACertificateOfTheAuthorityIsServed(String protocol, LiveRunner runner) {
        try (EngageClient client =
                runner.connect(runner.credentials().balancer().setEnabledSecureTransportProtocols(Set.of(protocol)))) {
            assertThat(client.connection.sslSession().getProtocol()).isEqualTo(protocol);
            assertServes(client);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    @Rule("transport-tls")
    void otherClientsAreRefused(String protocol, LiveRunner runner) {
        Credentials credentials = runner.credentials();

        assertRefused(runner, tls(credentials, null, protocol));
        assertRefused(runner, tls(credentials, credentials.foreign, protocol));
        assertRefused(runner, tls(credentials, credentials.expired, protocol));
    }

    private static HttpClientOptions tls(Credentials credentials, @Nullable Identity client, String protocol) {
        return credentials.options(client).setEnabledSecureTransportProtocols(Set.of(protocol));
    }

    @Test
    @Rule("transport-tls")
    void cleartextIsNotTaken(LiveRunner runner) {
        assertRefused(runner, new HttpClientOptions());
        assertThat(runner.process().log()).doesNotContain("cleartext");
    }

    /** A client of TLS 1.3 is through with the handshake before it hears that its certificate is not good. */
    private static void assertRefused(LiveRunner runner, HttpClientOptions options) {
        long received = runner.status().getRequestsReceived();
        assertThatThrownBy(() -> {
                    try (EngageClient client = runner.connect(options)) {
                        client.engage().tryCall(SEND_OK.text()).data("", true).result();
                    }
                })
                .isNotNull();
        assertThat(runner.status().getRequestsReceived()).isEqualTo(received);
    }

    @Test
    @Rule("transport-tls-reload")
    void changedFilesAreUsedForNewConnectionsAndOpenOnesGoOn(LiveRunner runner) {
        Credentials credentials = runner.credentials();
        try (EngageClient before = runner.connect()) {
            assertThat(subject(before)).isEqualTo("CN=runner-1");
            EngageCall begun = before.engage().tryCall(SEND_OK.text()).data("part", false);

            credentials.install(credentials.second);
            runner.until("the new certificate", () -> newConnectionsSee(runner, "CN=runner-2"));

            assertThat(begun.data("rest", true).result().body()).isEqualTo("ok");
            assertServes(before);
            assertThat(subject(before)).isEqualTo("CN=runner-1");
            try (EngageClient after = runner.connect()) {
                assertServes(after);
            }
        } finally {
            credentials.install(credentials.first);
        }
        runner.until("the earlier certificate again", () -> newConnectionsSee(runner, "CN=runner-1"));
    }

    @Test
    @Rule("transport-tls-reload")
    void aChangedAuthorityDecidesWhoMayConnect(LiveRunner runner) {
        Credentials credentials = runner.credentials();
        try {
            credentials.trust(true);
            runner.until(
                    "the other authority is trusted", () -> isServed(runner, credentials.options(credentials.foreign)));
            assertServes(runner.client());
        } finally {
            credentials.trust(false);
        }
        runner.until("it is no longer", () -> !isServed(runner, credentials.options(credentials.foreign)));
    }

    @Test
    @Rule("transport-tls-reload")
    void filesThatDoNotFitTogetherAreNotUsed(LiveRunner runner) {
        Credentials credentials = runner.credentials();
        long warnings = warnings(runner);
        try {
            credentials.install(credentials.second.certificate(), credentials.first.key());
            runner.until("a warning", () -> warnings(runner) > warnings);

            assertThat(newConnectionsSee(runner, "CN=runner-1")).isTrue();
            assertServes(runner.client());
        } finally {
            credentials.install(credentials.first);
        }
        runner.until("the earlier files", () -> newConnectionsSee(runner, "CN=runner-1"));
        assertThat(warnings(runner)).as("one for each change").isEqualTo(warnings + 1);
    }

    @Test
    @Rule("transport-tls")
    void theCommandsTalkMutualTls(LiveRunner runner) {
        Credentials credentials = runner.credentials();
        List<String> trust = List.of("--ca", credentials.authority().toString());
        List<String> identity = List.of(
                "--cert", credentials.client.certificate().toString(),
                "--key", credentials.client.key().toString());

        CommandLineRun status = command(runner, "status", List.of(), trust, identity);
        assertThat(status.exitCode()).as(status.err()).isZero();
        assertThat(status.out()).containsAnyOf("docker", "podman");

        List<String> call = List.of(CallDoc.TEST_FUNCTION, "--idle-timeout", "1", "-H", "X-Do: read; send ok");
        CommandLineRun called = command(runner, "call", call, trust, identity);
        assertThat(called.exitCode()).as(called.err()).isZero();
        assertThat(called.out()).isEqualTo("ok");

        CommandLineRun anonymous = command(runner, "call", call, trust, List.of());
        assertThat(anonymous.exitCode()).isEqualTo(5);
        assertThat(anonymous.out()).isEmpty();
        assertThat(anonymous.err()).isNotBlank();
    }

    private static CommandLineRun command(
            LiveRunner runner, String name, List<String> options, List<String> trust, List<String> identity) {
        List<String> arguments = new ArrayList<>(List.of(name, runner.host + ":" + runner.port));
        arguments.addAll(options);
        arguments.addAll(trust);
        arguments.addAll(identity);
        return CommandLineRun.of(arguments);
    }

    private static void assertServes(EngageClient client) {
        assertThat(client.engage()
                        .tryCall(SEND_OK.text())
                        .data("", true)
                        .result()
                        .body())
                .isEqualTo("ok");
    }

    private static boolean isServed(LiveRunner runner, HttpClientOptions options) {
        try (EngageClient client = runner.connect(options)) {
            return client.engage().tryCall("{}").result().finished().getErrorCode() == 400;
        } catch (RuntimeException refused) {
            return false;
        }
    }

    private static boolean newConnectionsSee(LiveRunner runner, String subject) {
        for (int i = 0; i < CONNECTIONS; i++) {
            try (EngageClient fresh = runner.connect()) {
                if (!subject(fresh).equals(subject)) {
                    return false;
                }
            }
        }
        return true;
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

    private static long warnings(LiveRunner runner) {
        return runner.process()
                .log()
                .lines()
                .filter(line -> line.contains(NOT_USED))
                .count();
    }
}
