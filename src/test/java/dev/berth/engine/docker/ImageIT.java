package dev.berth.engine.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.model.AuthConfig;
import dev.berth.conformance.Raises;
import dev.berth.conformance.Rule;
import dev.berth.engine.ImageRequest;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images on the real engine, from a real registry. */
final class ImageIT {
    private final String name = "/berth-it-pull:" + UUID.randomUUID();

    @TempDir
    private Path folder;

    private RealEngine real;

    @BeforeEach
    void start() {
        real = RealEngine.start();
    }

    @AfterEach
    void stop() {
        real.close();
    }

    /** Makes an image like no other, and leaves it only in the registry. */
    private String publish(LocalRegistry registry, AuthConfig credentials) {
        String image = registry.host() + name;
        real.makeImage(image, name.getBytes(StandardCharsets.UTF_8), "CMD [\"/bin/true\"]");
        real.moveTo(image, credentials);
        assertThat(real.hasImage(image)).isFalse();
        return image;
    }

    private void ensure(DockerEngine engine, String image, String token) {
        real.context.await(() -> engine.ensureImage(new ImageRequest(image, token)));
    }

    private DockerEngine engine(Map<String, String> environment) {
        DockerEngine engine = real.another(environment, real.instances);
        real.context.await(engine::start);
        return engine;
    }

    @Test
    void missingImageIsPulledAndRuns() throws IOException {
        try (LocalRegistry registry = new LocalRegistry(folder, false)) {
            String image = publish(registry, null);
            ensure(real.engine, image, null);
            assertThat(real.run(real.plan("").image(image).build()).code()).isZero();
            real.removeImage(image);
        }
    }

    @Test
    void imageIsPulledByItsDigest() throws IOException {
        try (LocalRegistry registry = new LocalRegistry(folder, false)) {
            String image = publish(registry, null);
            ensure(real.engine, image, null);
            String digest = real.context
                    .await(() -> real.api.inspectImage(image))
                    .orElseThrow()
                    .getRepoDigests()
                    .get(0);
            real.removeImage(image);
            real.removeImage(digest);
            assertThat(real.hasImage(digest)).isFalse();
            ensure(real.engine, digest, null);
            assertThat(real.hasImage(digest)).isTrue();
            real.removeImage(digest);
        }
    }

    @Test
    void imageNobodyHasIsReportedInTheEnginesWords() throws IOException {
        try (LocalRegistry registry = new LocalRegistry(folder, false)) {
            String image = registry.host() + "/nobody/has:1";
            assertThatThrownBy(() -> ensure(real.engine, image, null))
                    .isInstanceOfSatisfying(RunnerException.class, failure -> {
                        assertThat(failure.code()).isEqualTo(ErrorCode.PULL_FAILED);
                        assertThat(failure.wireCode()).isEqualTo(404);
                        assertThat(failure.userToBlame()).isTrue();
                        assertThat(failure).hasMessageStartingWith("Failed to pull image '" + image + "': ");
                    });
        }
    }

    @Test
    void lockedRegistryOpensToTheConfiguredPassword() throws IOException {
        try (LocalRegistry registry = new LocalRegistry(folder, true)) {
            AuthConfig credentials = new AuthConfig()
                    .withUsername(LocalRegistry.USER)
                    .withPassword(LocalRegistry.PASSWORD)
                    .withRegistryAddress(registry.host());
            String image = publish(registry, credentials);

            assertThatThrownBy(() -> ensure(real.engine, image, null))
                    .hasMessageStartingWith("Failed to pull image '" + image + "': ");
            DockerEngine wrong = engine(Map.of("FN_DOCKER_AUTH", auths(registry.host(), "wrong")));
            assertThatThrownBy(() -> ensure(wrong, image, null))
                    .hasMessageStartingWith("Failed to pull image '" + image + "': ");
            DockerEngine right = engine(Map.of("FN_DOCKER_AUTH", auths(registry.host(), LocalRegistry.PASSWORD)));
            ensure(right, image, null);
            assertThat(real.hasImage(image)).isTrue();

            real.removeImage(image);
            real.context.await(wrong::close);
            real.context.await(right::close);
        }
    }

    private static String auths(String server, String password) {
        String pair = LocalRegistry.USER + ":" + password;
        return "{\"auths\":{\"" + server + "\":{\"auth\":\""
                + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)) + "\"}}}";
    }

    @Test
    @Rule("extension-token")
    void callsTokenIsTheRegistrysBearerToken() throws IOException {
        try (LocalRegistry registry = new LocalRegistry(folder, false);
                RegistryGate gate = new RegistryGate(real.vertx, registry.port(), "open sesame")) {
            publish(registry, null);
            String image = gate.host() + name;
            assertThatThrownBy(() -> ensure(real.engine, image, "other"))
                    .hasMessageStartingWith("Failed to pull image '" + image + "': ");
            ensure(real.engine, image, "open sesame");
            assertThat(real.hasImage(image)).isTrue();
            real.removeImage(image);
        }
    }

    @Test
    void thoseWhoWantTheSameImageShareOneTransfer() throws IOException {
        try (LocalRegistry registry = new LocalRegistry(folder, false);
                RegistryGate gate = new RegistryGate(real.vertx, registry.port(), null)) {
            publish(registry, null);
            String image = gate.host() + name;
            ImageRequest request = new ImageRequest(image, null);
            List<Future<Void>> all = real.context.await(
                    () -> Future.succeededFuture(Stream.generate(() -> real.engine.ensureImage(request))
                            .limit(8)
                            .toList()));
            real.context.await(() -> Future.all(all));
            assertThat(gate.requests())
                    .filteredOn(line -> line.contains("/blobs/"))
                    .doesNotHaveDuplicates();
            assertThat(gate.requests())
                    .filteredOn(line -> line.equals("GET /v2/"))
                    .hasSize(1);
            real.removeImage(image);
        }
    }

    @Test
    void archiveIsLoadedBeforeAnythingIsServed() throws IOException {
        String image = "berth-it-load:" + UUID.randomUUID();
        real.makeImage(image, image.getBytes(StandardCharsets.UTF_8), "CMD [\"/bin/true\"]");
        Path archive = folder.resolve("images.tar");
        real.save(image, archive);
        real.removeImage(image);

        DockerEngine loaded = engine(Map.of("FN_DOCKER_LOAD_FILE", archive.toString()));

        assertThat(real.hasImage(image)).isTrue();
        real.removeImage(image);
        real.context.await(loaded::close);
    }

    @Test
    void archiveThatIsNoneStopsTheStart() throws IOException {
        Path archive = Files.writeString(folder.resolve("images.tar"), "this is no archive");
        assertThatThrownBy(() -> engine(Map.of("FN_DOCKER_LOAD_FILE", archive.toString())))
                .hasMessageStartingWith("Failed to load images of " + archive + ": ");
    }

    @Test
    @Raises(ErrorCode.IMAGE_WITH_VOLUME)
    void imageWithAVolumeIsRefusedUnlessAllowed() {
        String image = "berth-it-volume:1";
        real.makeImage(image, "VOLUME /data");
        assertThatThrownBy(() -> ensure(real.engine, image, null))
                .hasMessage("image has Volume definition")
                .extracting(e -> ((RunnerException) e).code())
                .isEqualTo(ErrorCode.IMAGE_WITH_VOLUME);
        DockerEngine tolerant = engine(Map.of("FN_IMAGE_ENABLE_VOLUME", "true"));
        ensure(tolerant, image, null);
        real.removeImage(image);
        real.context.await(tolerant::close);
    }

    @Test
    void leastRecentImagesAreRemovedToMakeRoom() {
        String old = "berth-it-old:" + UUID.randomUUID();
        String recent = "berth-it-recent:" + UUID.randomUUID();
        real.makeImage(old, old.getBytes(StandardCharsets.UTF_8));
        real.makeImage(recent, recent.getBytes(StandardCharsets.UTF_8));
        // Not started: that would take stock of all images of this engine, others' too, and remove them.
        ImageCleaner cleaner =
                new ImageCleaner(real.vertx, real.api, 3_000_000, java.util.Set.of(), EngineCallListener.NONE);
        for (String image : List.of(old, recent)) {
            real.context.await(() -> real.api.inspectImage(image).onSuccess(found -> cleaner.seen(image, found.get())));
        }
        for (int i = 0; i < 100 && real.hasImage(old); i++) {
            real.context.await(() -> real.vertx.timer(50));
        }
        assertThat(real.hasImage(old)).isFalse();
        assertThat(real.hasImage(recent)).isTrue();
        cleaner.close();
        real.removeImage(recent);
    }
}
