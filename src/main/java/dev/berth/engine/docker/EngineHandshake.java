package dev.berth.engine.docker;

import com.github.dockerjava.api.model.Info;
import com.github.dockerjava.api.model.Version;
import com.github.dockerjava.api.model.VersionComponent;
import dev.berth.config.HostName;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Meets the engine: is it there, what is it, is it new enough, which version of its API do we speak. */
final class EngineHandshake {
    /** The newest API whose answers we have read. An engine that offers more also takes this. */
    private static final ApiVersion NEWEST = new ApiVersion(1, 51);
    /** Docker 17.10, the first that takes all the options we set. */
    private static final ApiVersion OLDEST_DOCKER = new ApiVersion(17, 10);

    private final Vertx vertx;
    private final EngineApi api;

    EngineHandshake(Vertx vertx, EngineApi api) {
        this.vertx = vertx;
        this.api = api;
    }

    Future<EngineFacts> meet() {
        return api.ping().compose(ping -> {
            if (!ping.ok()) {
                return Future.failedFuture(
                        api.http().failure("answers a ping with " + ping.status() + ": " + ping.message()));
            }
            String version = apiVersion(ping.headers().get("Api-Version"));
            // Asked without a version of the API, which every engine answers: it may refuse the one we would speak.
            return api.version().compose(told -> {
                String tooNew = tooNew(told.getMinAPIVersion());
                if (tooNew != null) {
                    return Future.failedFuture(api.http().failure(tooNew));
                }
                api.http().useVersion(version);
                return facts(version, told);
            });
        });
    }

    /** The newest API version both sides know; {@code offered} as the engine's ping has it. */
    static String apiVersion(@Nullable String offered) {
        ApiVersion version = offered == null ? null : ApiVersion.parse(offered);
        return version == null || version.compareTo(NEWEST) > 0 ? NEWEST.text() : version.text();
    }

    /** Null if this Docker version is new enough, else what is wrong with it. */
    static @Nullable String tooOld(@Nullable String docker) {
        ApiVersion version = docker == null ? null : ApiVersion.parse(docker);
        if (version == null) {
            return "has a version we cannot read: '" + docker + "'; Docker 17.10 or newer is needed";
        }
        return version.compareTo(OLDEST_DOCKER) < 0
                ? "is too old: Docker " + docker + ", where 17.10 or newer is needed"
                : null;
    }

    /** Null if the engine still takes the newest API that we know, else what is wrong. */
    static @Nullable String tooNew(@Nullable String leastApi) {
        ApiVersion least = leastApi == null ? null : ApiVersion.parse(leastApi);
        return least != null && least.compareTo(NEWEST) > 0
                ? "is too new: it takes no API before " + least.text() + ", and this runner knows those up to "
                        + NEWEST.text()
                : null;
    }

    private Future<EngineFacts> facts(String apiVersion, Version version) {
        Future<Info> info = api.info();
        Future<String> hostName = vertx.executeBlocking(HostName::find, false);
        return Future.all(info, hostName).compose(all -> {
            boolean podman = podman(version);
            String engineVersion = String.valueOf(version.getVersion());
            String problem = podman ? null : tooOld(info.result().getServerVersion());
            if (problem != null) {
                return Future.failedFuture(api.http().failure(problem));
            }
            boolean cgroupV1 = !"2".equals(info.result().getCGroupVersion());
            String architecture = info.result().getArchitecture();
            Integer cpus = info.result().getNCPU();
            return Future.succeededFuture(new EngineFacts(
                    podman,
                    engineVersion,
                    apiVersion,
                    cgroupV1,
                    hostName.result(),
                    architecture == null ? "" : architecture,
                    cpus == null || cpus < 1 ? 1 : cpus));
        });
    }

    private static boolean podman(Version version) {
        if (version.getComponents() == null) {
            return false;
        }
        for (VersionComponent component : version.getComponents()) {
            if (component.getName() != null && component.getName().startsWith("Podman")) {
                return true;
            }
        }
        return false;
    }

    /** The first two numbers of a version; all that is compared. */
    private record ApiVersion(int major, int minor) implements Comparable<ApiVersion> {
        private static final Pattern FORM = Pattern.compile("^v?(\\d{1,6})\\.(\\d{1,6})(?:\\D.*)?$");

        static @Nullable ApiVersion parse(String text) {
            Matcher matcher = FORM.matcher(text.strip());
            return matcher.matches()
                    ? new ApiVersion(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)))
                    : null;
        }

        String text() {
            return major + "." + minor;
        }

        @Override
        public int compareTo(ApiVersion other) {
            return major != other.major ? Integer.compare(major, other.major) : Integer.compare(minor, other.minor);
        }
    }
}
