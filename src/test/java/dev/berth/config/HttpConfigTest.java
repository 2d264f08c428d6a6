package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HttpConfigTest {
    private static final String TOKEN = "0123456789abcdef";

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "10.0.0.1", "127.0.0.1.example", "berth.example"})
    void portThatOthersMayReachWantsToKnowThem(String host) {
        ConfigException refused = catchThrowableOfType(ConfigException.class, () -> load(Map.of("http.host", host)));

        assertThat(refused.problems())
                .containsExactly("http.host = " + host + ": must be a loopback address, unless http.readTokenFile,"
                        + " http.operatorTokenFile or http.tls.clientAuthority says who may ask");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.1.2.3", "::1", "localhost"})
    void portOnLoopbackNeedsNothing(String host) {
        assertThat(load(Map.of("http.host", host)).readToken()).isNull();
    }

    @Test
    void portThatIsOffNeedsNothing() {
        HttpConfig config = load(Map.of("http.host", "0.0.0.0", "http.port", "0"));

        assertThat(config.on()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http.readTokenFile", "http.operatorTokenFile"})
    void oneTokenIsEnough(String key) throws IOException {
        HttpConfig config = load(Map.of(
                "http.host", "0.0.0.0", key, file(TOKEN + "\n", "rw-------").toString()));

        assertThat(config.readToken() == null ? config.operatorToken() : config.readToken())
                .isEqualTo(new Secret(TOKEN));
    }

    @Test
    void serverCertificateAloneDoesNotTellWhoAsks() throws IOException {
        String pem = file("", "rw-------").toString();
        Map<String, String> settings =
                new HashMap<>(Map.of("http.host", "0.0.0.0", "http.tls.certificate", pem, "http.tls.key", pem));

        assertThat(catchThrowableOfType(ConfigException.class, () -> load(settings)))
                .isNotNull();
        settings.put("http.tls.clientAuthority", pem);
        assertThat(load(settings).tls()).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw-rw----"})
    void tokenThatOthersCanReadIsNoSecret(String mode) throws IOException {
        Path file = file(TOKEN, mode);

        assertThat(problem(file))
                .isEqualTo("http.readTokenFile = " + file
                        + ": must be a file that only its owner may read or write (chmod 600)");
    }

    @ParameterizedTest
    @CsvSource({"''", "short", "'0123456789abcdef 0123456789abcdef'", "'0123456789abcdé€f'"})
    void tokenHasAForm(String text) throws IOException {
        Path file = file(text, "rw-------");

        assertThat(problem(file))
                .isEqualTo("http.readTokenFile = " + file
                        + ": must be a file with one token of 16 to 1024 letters, digits and ._~+/=-");
    }

    private String problem(Path file) {
        ConfigException refused =
                catchThrowableOfType(ConfigException.class, () -> load(Map.of("http.readTokenFile", file.toString())));
        assertThat(refused.problems()).hasSize(1);
        return refused.problems().get(0);
    }

    private Path file(String text, String mode) throws IOException {
        Path file = Files.writeString(folder.resolve("token"), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        return file;
    }

    private static HttpConfig load(Map<String, String> options) {
        return ConfigLoader.load(null, Map.of(), options).config().http();
    }
}
