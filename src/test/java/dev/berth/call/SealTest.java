package dev.berth.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is sealed is known again, and not told. */
final class SealTest {
    private final Seal seal = Seal.fresh();

    private static ContainerSpec spec(String key, String image, Map<String, String> env, long memory, String syslog) {
        return SpecBuilder.of(key)
                .image(image)
                .env(env)
                .memoryMiB(memory)
                .syslogUrl(syslog)
                .registryToken("token")
                .extensions(Map.of("extension", "of a call"))
                .evictable(true)
                .build();
    }

    @Test
    void everythingThatMakesContainersDifferentMakesAnother() {
        ContainerSpec spec = spec("k", "image", Map.of("A", "1", "B", "2"), 64, null);
        List<ContainerSpec> others = List.of(
                spec("l", "image", Map.of("A", "1", "B", "2"), 64, null),
                spec("k", "other", Map.of("A", "1", "B", "2"), 64, null),
                spec("k", "image", Map.of("A", "1", "B", "3"), 64, null),
                spec("k", "image", Map.of("A", "1"), 64, null),
                spec("k", "image", Map.of("A", "1", "B", "2"), 65, null),
                spec("k", "image", Map.of("A", "1", "B", "2"), 64, ""));

        assertThat(seal.of(spec)).isEqualTo(seal.of(spec("k", "image", Map.of("B", "2", "A", "1"), 64, null)));
        assertThat(others).noneMatch(other -> seal.of(other).equals(seal.of(spec)));
    }

    @Test
    void theCredentialForPullsAndTheExtensionsOfACallMakeNone() {
        ContainerSpec spec = spec("k", "image", Map.of(), 64, null);

        assertThat(seal.of(spec.withRegistryToken("newer"))).isEqualTo(seal.of(spec));
    }

    @Test
    void anotherSecretMakesAnotherOfTheSame() {
        ContainerSpec spec = spec("k", "image", Map.of(), 64, null);

        assertThat(new Seal(seal.secret()).of(spec)).isEqualTo(seal.of(spec));
        assertThat(new Seal(seal.secret()).standIn(spec.key())).isEqualTo(seal.standIn(spec.key()));
        assertThat(Seal.fresh().of(spec)).isNotEqualTo(seal.of(spec));
        assertThat(Seal.fresh().standIn(spec.key())).isNotEqualTo(seal.standIn(spec.key()));
        assertThat(seal.standIn(spec.key())).isNotEqualTo(spec.key());
    }
}
