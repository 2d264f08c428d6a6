package dev.berth.engine.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.model.AuthConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RegistryCredentialsTest {
    private static final String DOCUMENT =
            """
            {"auths": {
              "https://index.docker.io/v1/": {"auth": "%s"},
              "https://a.b.example.com/v2/": {"auth": "%s", "email": "me@example.com"},
              "my.registry.com:5000": {"auth": "%s"},
              "10.1.2.3:5000": {"username": "ip", "password": "pw"},
              "tokens.example.org": {"identitytoken": "id", "registrytoken": "rt"},
              "exact.example.com": {"auth": "%s"}
            }, "credsStore": "secretservice"}
            """.formatted(pair("hub:secret"), pair("deep:se:cret"), pair("port:secret"), pair("exact:secret"));

    private final RegistryCredentials credentials = RegistryCredentials.parse(DOCUMENT);

    @ParameterizedTest
    @CsvSource({
        "busybox,                    hub",
        "user/img,                   hub",
        "a.b.example.com/img,        deep",
        "A.B.Example.com/img,        deep",
        "b.example.com/img,          deep",
        "exact.example.com/img,      exact",
        "my.registry.com:5000/img,   port",
        "registry.com:5000/img,      port",
        "docker.io/library/busybox,  hub",
        "10.1.2.3:5000/img,          ip",
    })
    void imagesRegistryIsFoundAmongServersAndTheirParents(String image, String user) {
        assertThat(credentials.forImage(ImageReference.parse(image), null))
                .extracting(AuthConfig::getUsername)
                .isEqualTo(user);
    }

    @ParameterizedTest
    @CsvSource({
        "com.example/img",
        "x.a.b.example.com/img",
        "my.registry.com/img",
        "my.registry.com:5001/img",
        "2.3:5000/img",
        "other.org/img",
        "localhost/img"
    })
    void noOneElseGetsThem(String image) {
        assertThat(credentials.forImage(ImageReference.parse(image), null)).isNull();
    }

    @Test
    void passwordMayHoldColons() {
        AuthConfig auth = credentials.forImage(ImageReference.parse("a.b.example.com/img"), null);
        assertThat(auth.getPassword()).isEqualTo("se:cret");
        assertThat(auth.getEmail()).isEqualTo("me@example.com");
    }

    @Test
    void callsOwnTokenComesFirst() {
        AuthConfig auth = credentials.forImage(ImageReference.parse("a.b.example.com/img"), "token");
        assertThat(auth.getRegistrytoken()).isEqualTo("token");
        assertThat(auth.getUsername()).isNull();
    }

    @Test
    void tokensOfADocumentAreKept() {
        AuthConfig auth = credentials.forImage(ImageReference.parse("tokens.example.org/img"), "");
        assertThat(auth.getIdentitytoken()).isEqualTo("id");
        assertThat(auth.getRegistrytoken()).isEqualTo("rt");
    }

    @Test
    void bareMapOfServersIsRead() {
        RegistryCredentials bare = RegistryCredentials.parse("{\"r.io\": {\"auth\": \"" + pair("u:p") + "\"}}");
        assertThat(bare.forImage(ImageReference.parse("r.io/img"), null)).isNotNull();
    }

    @Test
    void fileIsRead(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("config.json"), DOCUMENT);
        assertThat(RegistryCredentials.load(null, folder).forImage(ImageReference.parse("busybox"), null))
                .isNotNull();
    }

    @Test
    void olderFileIsReadWhereThereIsNoNewOne(@TempDir Path home) throws IOException {
        Path folder = Files.createDirectory(home.resolve(".docker"));
        Files.writeString(home.resolve(".dockercfg"), "{\"r.io\": {\"auth\": \"" + pair("u:p") + "\"}}");
        assertThat(RegistryCredentials.load(null, folder).forImage(ImageReference.parse("r.io/img"), null))
                .isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "not json", "{\"auths\":[]}", "{\"auths\":{\"r.io\":{\"auth\":\"!\"}}}"})
    void unreadableMeansNone(String document) {
        assertThat(RegistryCredentials.load(document, null).forImage(ImageReference.parse("r.io/img"), null))
                .isNull();
    }

    private static String pair(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
