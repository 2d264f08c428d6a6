package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfReferenceTest {
    private static final Path YAML = Path.of("conf/berth.yaml");
    private static final Path PAGE = Path.of("src/site/markdown/configuration.md");
    private static final String STALE =
            "%s is not what the table of settings says; to write it anew: mvn test -Dtest=ConfReferenceTest -Dberth.write";

    @TempDir
    Path folder;

    @Test
    void yamlFileIsUpToDate() throws IOException {
        assertUpToDate(YAML, ConfReference.yaml());
    }

    @Test
    void configurationPageIsUpToDate() throws IOException {
        assertUpToDate(PAGE, ConfReference.page());
    }

    @Test
    void yamlFileAsItIsChangesNothing() {
        LoadedConfig loaded = ConfigLoader.load(YAML, Map.of(), Map.of());

        assertThat(loaded.config()).isEqualTo(RunnerConfig.defaults());
        assertThat(loaded.effective()).allMatch(LoadedConfig.Effective::isDefault);
    }

    @Test
    void everySettingOfTheYamlFileCanBeTakenIntoUse() throws IOException {
        Path inUse = Files.writeString(folder.resolve("berth.yaml"), ConfReference.uncommented(ConfReference.yaml()));

        LoadedConfig loaded = ConfigLoader.load(inUse, Map.of(), Map.of());

        assertThat(loaded.config()).isEqualTo(RunnerConfig.defaults());
        assertThat(loaded.effective())
                .filteredOn(setting -> !setting.isDefault())
                .hasSizeGreaterThan(40);
    }

    private static void assertUpToDate(Path file, String expected) throws IOException {
        if (System.getProperty("berth.write") != null) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, expected);
        }
        assertThat(Files.exists(file) ? Files.readString(file) : "")
                .as(STALE, file)
                .isEqualTo(expected);
    }
}
