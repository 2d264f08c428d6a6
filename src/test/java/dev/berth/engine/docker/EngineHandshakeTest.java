package dev.berth.engine.docker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EngineHandshakeTest {
    @Test
    void apiIsTheNewestBothKnow() {
        assertThat(EngineHandshake.apiVersion("1.41")).isEqualTo("1.41");
        assertThat(EngineHandshake.apiVersion("1.51")).isEqualTo("1.51");
        assertThat(EngineHandshake.apiVersion("1.99")).isEqualTo("1.51");
        assertThat(EngineHandshake.apiVersion("2.0")).isEqualTo("1.51");
        assertThat(EngineHandshake.apiVersion(null)).isEqualTo("1.51");
    }

    @Test
    void anEngineThatTakesNoApiWeKnowIsRefused() {
        assertThat(EngineHandshake.tooNew("1.24")).isNull();
        assertThat(EngineHandshake.tooNew("1.51")).isNull();
        assertThat(EngineHandshake.tooNew(null)).isNull();
        assertThat(EngineHandshake.tooNew("")).isNull();
        assertThat(EngineHandshake.tooNew("1.52"))
                .isEqualTo("is too new: it takes no API before 1.52, and this runner knows those up to 1.51");
        assertThat(EngineHandshake.tooNew("2.0")).contains("before 2.0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"17.10.0-ce", "17.12.1-ce", "18.06", "20.10.24+dfsg1", "28.0.1", "17.10"})
    void dockerSince1710IsTaken(String version) {
        assertThat(EngineHandshake.tooOld(version)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"17.09.1-ce", "1.13.1", "17.6"})
    void olderDockerIsRefused(String version) {
        assertThat(EngineHandshake.tooOld(version))
                .isEqualTo("is too old: Docker " + version + ", where 17.10 or newer is needed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"dev", "", "master-dockerproject"})
    void versionThatIsNoneIsRefused(String version) {
        assertThat(EngineHandshake.tooOld(version)).contains("cannot read: '" + version + "'");
        assertThat(EngineHandshake.tooOld(null)).contains("cannot read");
    }
}
