package dev.berth.engine.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FunctionCatalogueTest {
    @TempDir
    Path folder;

    @BeforeEach
    void makeFunctions() throws IOException {
        define("echo", "name: echo\ncmd: node  func.js\n");
        define("team/hello", "cmd: [java, '-jar', 'my func.jar']\n");
        define("broken", "name: broken\n");
    }

    private void define(String name, String yaml) throws IOException {
        Path home = Files.createDirectories(folder.resolve(name));
        Files.writeString(home.resolve("func.yaml"), yaml);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "echo",
                "echo:1",
                "berth/echo:latest",
                "localhost:5000/berth/echo",
                "r.example.com/x/echo@sha256:0a",
                "echo:1@sha256:0a"
            })
    void findsByRepositoryOrItsLastPart(String image) {
        FunctionCatalogue.Function function = new FunctionCatalogue(folder).find(image);
        assertThat(function.folder()).isEqualTo(folder.resolve("echo"));
        assertThat(function.command()).isEqualTo(List.of("node", "func.js"));
    }

    @Test
    void prefersTheWholeRepositoryAndKeepsListedArgumentsWhole() {
        assertThat(new FunctionCatalogue(folder).find("team/hello:2").command())
                .isEqualTo(List.of("java", "-jar", "my func.jar"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"nope", "../echo", "a/../echo", "", "/", "a//b", "broken"})
    void refusesWhatItDoesNotHaveAsAFailedPull(String image) {
        assertThatThrownBy(() -> new FunctionCatalogue(folder).find(image))
                .isInstanceOfSatisfying(RunnerException.class, failure -> {
                    assertThat(failure.code()).isEqualTo(ErrorCode.PULL_FAILED);
                    assertThat(failure).hasMessageContaining("Failed to pull image '" + image + "'");
                    assertThat(failure.userToBlame()).isTrue();
                });
    }
}
