package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code scripts/berth} starts the JVM with, and what {@code scripts/lib/aot-cache} makes for it; with a JVM that only tells. */
final class LauncherTest {
    /** Which JVMs of version 17 refuse. */
    private static final String UNSAFE_OPTION = "--sun-misc-unsafe-memory-access=allow";

    private static final String TELLS_ITS_ARGUMENTS = "#!/bin/sh\nprintf '%s\\n' \"$@\"\n";
    private static final String MAKES_THE_CACHE = """
            #!/bin/sh
            for argument; do
              case $argument in -XX:AOTCacheOutput=*) echo cache >"${argument#*=}" ;; esac
            done
            """;

    @TempDir
    private Path root;

    private record Ended(int code, List<String> out, List<String> err) {}

    @BeforeEach
    void makeCheckout() throws IOException {
        for (String file : List.of("scripts/berth", "scripts/lib/aot.sh", "scripts/lib/aot-cache")) {
            Files.createDirectories(root.resolve(file).getParent());
            Files.copy(Path.of(file), root.resolve(file), StandardCopyOption.COPY_ATTRIBUTES);
        }
        Files.createDirectories(root.resolve("target"));
        Files.writeString(jar(), "a jar");
        Files.writeString(target("berth.jsa"), "an archive");
        java("25.0.3", TELLS_ITS_ARGUMENTS);
    }

    private Path target(String name) {
        return root.resolve("target").resolve(name);
    }

    private Path jar() {
        return target("berth.jar");
    }

    private Path home() {
        return root.resolve("java");
    }

    private void java(String version, String program) throws IOException {
        Files.createDirectories(home().resolve("bin"));
        Files.writeString(
                home().resolve("release"),
                "IMPLEMENTOR_VERSION=\"A\"\nJAVA_RUNTIME_VERSION=\"" + version + "+1\"\nJAVA_VERSION=\"" + version
                        + "\"\nOS_ARCH=\"x86_64\"\n");
        Path java = home().resolve("bin/java");
        Files.writeString(java, program);
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Ended run(String aotHome, String... command) throws Exception {
        return run(home().toString(), aotHome, command);
    }

    /** @param javaHome empty: none is set */
    private Ended run(String javaHome, String aotHome, String[] command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).directory(root.toFile());
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("BERTH_"));
        environment.remove("JAVA_HOME");
        if (!javaHome.isEmpty()) {
            environment.put("JAVA_HOME", javaHome);
        }
        environment.put("BERTH_AOT_JAVA_HOME", aotHome);
        Path out = Files.createTempFile(root, "out", "");
        Path err = Files.createTempFile(root, "err", "");
        Process process =
                builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        int code = process.waitFor();
        return new Ended(code, Files.readAllLines(out, StandardCharsets.UTF_8), Files.readAllLines(err));
    }

    private Ended start() throws Exception {
        Ended ended = run("", "scripts/berth", "--version");
        assertThat(ended.code()).isZero();
        assertThat(ended.out()).endsWith("-jar", jar().toString(), "--version");
        return ended;
    }

    /** With whatever JVM the script looks for. */
    private Ended startWithoutJavaHome() throws Exception {
        return run("", "", new String[] {"scripts/berth", "--version"});
    }

    private Ended make(String aotHome) throws Exception {
        Ended ended = run(aotHome, "scripts/lib/aot-cache", jar().toString());
        assertThat(ended.code()).isZero();
        assertThat(ended.err()).isEmpty();
        assertThat(ended.out()).hasSize(1);
        return ended;
    }

    private void makeCache() throws Exception {
        java("25.0.3", MAKES_THE_CACHE);
        make("");
        assertThat(target("berth.aot")).exists();
        java("25.0.3", TELLS_ITS_ARGUMENTS);
    }

    private String cacheOption() {
        return "-XX:AOTCache=" + target("berth.aot");
    }

    private String archiveOption() {
        return "-XX:SharedArchiveFile=" + target("berth.jsa");
    }

    @Test
    void aCacheThatFitsIsUsedInPlaceOfTheClassArchive() throws Exception {
        makeCache();
        Ended started = start();
        assertThat(started.out()).contains(cacheOption()).doesNotContain(archiveOption());
        assertThat(started.err()).isEmpty();
    }

    @Test
    void aCacheOfAnotherJarIsNotUsedAndOneLineSaysSo() throws Exception {
        makeCache();
        Files.writeString(jar(), "another jar");
        assertUnused(start());
    }

    @Test
    void aCacheOfAnotherJvmIsNotUsedAndOneLineSaysSo() throws Exception {
        makeCache();
        java("26", TELLS_ITS_ARGUMENTS);
        assertUnused(start());
    }

    @Test
    void aCacheThatSaysNothingOfItselfIsNotUsedAndOneLineSaysSo() throws Exception {
        makeCache();
        Files.delete(target("berth.aot.for"));
        assertUnused(start());
    }

    private void assertUnused(Ended started) {
        assertThat(started.out()).doesNotContain(cacheOption(), archiveOption());
        assertThat(started.err())
                .singleElement()
                .asString()
                .startsWith("berth: " + target("berth.aot") + " was made by another JVM or for another jar");
    }

    @Test
    void anOlderJvmIsGivenTheClassArchive() throws Exception {
        makeCache();
        java("17.0.15", TELLS_ITS_ARGUMENTS);
        Ended started = start();
        assertThat(started.out()).contains(archiveOption()).doesNotContain(cacheOption());
        assertThat(started.err()).isEmpty();
    }

    @Test
    void withoutACacheTheClassArchiveIsUsed() throws Exception {
        Ended started = start();
        assertThat(started.out()).contains(archiveOption()).doesNotContain(cacheOption());
        assertThat(started.err()).isEmpty();
    }

    @Test
    void withoutJavaHomeTheJvmThatMadeTheCacheIsTaken() throws Exception {
        makeCache();
        Ended started = startWithoutJavaHome();
        assertThat(started.out())
                .contains(cacheOption(), UNSAFE_OPTION)
                .endsWith("-jar", jar().toString(), "--version");
        assertThat(started.err()).isEmpty();
    }

    @Test
    void withoutJavaHomeACacheThatDoesNotFitChoosesNoJvm() throws Exception {
        makeCache();
        Files.writeString(jar(), "another jar");
        assertThat(startWithoutJavaHome().out()).doesNotContain(cacheOption(), "--version");
    }

    @Test
    void anArchiveOfAnEarlierJarIsNotUsedAndOneLineSaysSo() throws Exception {
        java("17.0.15", TELLS_ITS_ARGUMENTS);
        Files.setLastModifiedTime(target("berth.jsa"), FileTime.from(Instant.EPOCH));
        Ended started = start();
        assertThat(started.out()).doesNotContain(archiveOption(), UNSAFE_OPTION);
        assertThat(started.err())
                .singleElement()
                .asString()
                .startsWith("berth: " + target("berth.jsa") + " was made for an earlier jar");
    }

    @Test
    void whatMakesTheCacheIsNotGivenTheScriptsOwnVariables() throws Exception {
        java("25.0.3", "#!/bin/sh\n[ -z \"${BERTH_AOT_JAVA_HOME+x}\" ] || exit 1\n" + MAKES_THE_CACHE);
        make(home().toString());
        assertThat(target("berth.aot")).exists();
    }

    @Test
    void noCacheIsMadeWhereNoneIsWanted() throws Exception {
        makeCache();
        assertThat(make("none").out())
                .containsExactly("no ahead-of-time cache: none is wanted, or no JVM of version 25 or newer is here");
        assertThat(target("berth.aot")).doesNotExist();
        assertThat(target("berth.aot.for")).doesNotExist();
    }

    @Test
    void aCacheThatCannotBeMadeIsToldOfAndFailsNothing() throws Exception {
        makeCache();
        java("25.0.3", "#!/bin/sh\nexit 1\n");
        assertThat(make("").out()).singleElement().asString().startsWith("no ahead-of-time cache could be made with ");
        assertThat(target("berth.aot")).doesNotExist();
        assertThat(target("berth.aot.for")).doesNotExist();
    }
}
