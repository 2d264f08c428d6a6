package dev.berth.engine.docker;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.dockerjava.api.command.CreateContainerResponse;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.model.AuthConfig;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Image;
import com.github.dockerjava.api.model.Info;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import com.github.dockerjava.api.model.Network;
import com.github.dockerjava.api.model.Version;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.command.CreateContainerCmdImpl;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.streams.ReadStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The engine's verbs, in docker-java's classes. Every one has a time limit. Those that return an
 * {@link EngineResponse} succeed whatever its status; the others fail with ENGINE_FAILED unless the engine says
 * it is done.
 */
final class EngineApi {
    private static final ObjectMapper JSON = DockerClientConfig.getDefaultObjectMapper();
    /** What is not set is not sent: a null is not to every engine the same as nothing. */
    private static final ObjectMapper WITHOUT_NULLS =
            JSON.copy().setDefaultPropertyInclusion(JsonInclude.Include.NON_NULL);

    /** Verb of the question whether the engine is there. */
    static final String PROBE = "probe";

    private static final Duration PING = Duration.ofSeconds(5);
    private static final Duration PROBE_LIMIT = Duration.ofSeconds(3);
    private static final Duration QUERY = Duration.ofSeconds(10);
    private static final Duration CREATE = Duration.ofSeconds(60);
    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofSeconds(5);
    private static final Duration LIST = Duration.ofSeconds(60);
    private static final Duration REMOVE = Duration.ofSeconds(60);
    private static final Duration EVENTS_BACK = Duration.ofSeconds(30);
    private static final Duration EVENTS_AHEAD = Duration.ofMillis(100);
    private static final Duration WAIT_HEAD = Duration.ofDays(3650);

    private final EngineHttp http;

    EngineApi(EngineHttp http) {
        this.http = http;
    }

    EngineHttp http() {
        return http;
    }

    Future<EngineResponse> ping() {
        return http.call(EngineRequest.get("ping", "/_ping", PING));
    }

    /** Whether the engine answers at all; over a connection of its own, for the others may be taken. */
    Future<Void> probe() {
        return http.open(EngineRequest.get(PROBE, "/_ping", PROBE_LIMIT))
                .onSuccess(HttpClientResponse::resume)
                .mapEmpty();
    }

    Future<Version> version() {
        return read(EngineRequest.get("version", "/version", QUERY), Version.class);
    }

    Future<Info> info() {
        return read(EngineRequest.get("info", "/info", QUERY), Info.class);
    }

    /** Empty if there is no such image. Fails with PULL_FAILED if the engine says there can be none. */
    Future<Optional<InspectImageResponse>> inspectImage(String image) {
        EngineRequest request = EngineRequest.get("inspect_image", "/images/" + image + "/json", QUERY);
        return http.call(request).map(reply -> {
            if (reply.status() == 400) {
                throw ImagePuller.failed(image, reply.message(), reply.status());
            }
            return found(request.verb(), reply, InspectImageResponse.class);
        });
    }

    Future<List<Image>> listImages() {
        return read(EngineRequest.get("list_images", "/images/json", LIST), Image[].class)
                .map(List::of);
    }

    /** Not forced: fails while a container uses the image. */
    Future<EngineResponse> removeImage(String id) {
        return http.call(EngineRequest.delete("remove_image", "/images/" + encode(id), REMOVE));
    }

    /** The head of the pull's progress stream. */
    Future<HttpClientResponse> pull(String fromImage, String tag, @Nullable AuthConfig credentials, Duration limit) {
        EngineRequest request = EngineRequest.post(
                "pull_image", "/images/create?fromImage=" + encode(fromImage) + "&tag=" + encode(tag), limit);
        return http.open(
                credentials == null ? request : request.withHeaders(Map.of("X-Registry-Auth", header(credentials))));
    }

    /** The head of the load's progress stream. The archive is sent as it is read. */
    Future<HttpClientResponse> loadImages(ReadStream<Buffer> archive, Duration limit) {
        return http.open(load(limit), sent -> sent.setChunked(true).send(archive));
    }

    Future<HttpClientResponse> loadImages(Buffer archive, Duration limit) {
        return http.open(load(limit), sent -> sent.send(archive));
    }

    private static EngineRequest load(Duration limit) {
        return EngineRequest.post("load_images", "/images/load?quiet=1", limit)
                .withHeaders(Map.of("Content-Type", "application/x-tar"));
    }

    /** Empty if there is no such network. */
    Future<Optional<Network>> inspectNetwork(String name) {
        EngineRequest request = EngineRequest.get("inspect_network", "/networks/" + encode(name), QUERY);
        return http.call(request).map(reply -> found(request.verb(), reply, Network.class));
    }

    Future<EngineResponse> createContainer(String name, CreateContainerCmdImpl options) {
        return http.call(EngineRequest.post("create_container", "/containers/create?name=" + encode(name), CREATE)
                .withJson(write(options)));
    }

    /** Whether the engine has this folder, by an attempt to create a container of an image that does not exist. */
    Future<Boolean> mountable(Path folder) {
        String name = "berth-trial-" + UUID.randomUUID();
        CreateContainerCmdImpl options = new CreateContainerCmdImpl(command -> null, null, "berth/none:" + name);
        Mount mount = new Mount()
                .withType(MountType.BIND)
                .withSource(folder.toString())
                .withTarget("/trial");
        options.withHostConfig(new HostConfig().withMounts(List.of(mount)));
        return createContainer(name, options).map(reply -> !reply.message().contains("does not exist"));
    }

    CreateContainerResponse created(EngineResponse reply) {
        return parse("create_container", reply, CreateContainerResponse.class);
    }

    Future<EngineResponse> startContainer(String name) {
        return http.call(EngineRequest.post("start_container", container(name, "/start"), START));
    }

    /** Empty if there is no such container. */
    Future<Optional<InspectContainerResponse>> inspectContainer(String name) {
        return readIfFound(
                EngineRequest.get("inspect_container", container(name, "/json"), QUERY),
                InspectContainerResponse.class);
    }

    /** Answers its head at once or at the end, as the engine likes, and its body at the container's end. */
    Future<HttpClientResponse> waitContainer(String name) {
        return http.open(EngineRequest.post("wait_container", container(name, "/wait"), WAIT_HEAD));
    }

    /** Whether the engine has said lately, or says in the next moment, that this container ran out of memory. */
    Future<Boolean> sawOutOfMemory(String name) {
        long now = System.currentTimeMillis();
        String path = "/events?since=" + seconds(now - EVENTS_BACK.toMillis()) + "&until="
                + seconds(now + EVENTS_AHEAD.toMillis()) + "&filters="
                + encode("{\"container\":[" + quote(name) + "],\"event\":[\"oom\"]}");
        return http.call(EngineRequest.get("list_events", path, QUERY))
                .map(reply -> reply.ok() && reply.body().toString().contains("oom"));
    }

    private static String seconds(long millis) {
        return "%d.%03d".formatted(millis / 1_000, millis % 1_000);
    }

    Future<EngineResponse> pauseContainer(String name) {
        return http.call(EngineRequest.post("pause_container", container(name, "/pause"), PAUSE));
    }

    Future<EngineResponse> unpauseContainer(String name) {
        return http.call(EngineRequest.post("unpause_container", container(name, "/unpause"), PAUSE));
    }

    /** Forced, and its anonymous volumes with it. */
    Future<EngineResponse> removeContainer(String name) {
        return http.call(
                EngineRequest.delete("remove_container", "/containers/" + encode(name) + "?force=1&v=1", REMOVE));
    }

    /** All containers with this label, running or not. */
    Future<List<Container>> listContainers(String label, String value) {
        return listContainers(Map.of(label, value));
    }

    /** All containers with these labels, running or not. */
    Future<List<Container>> listContainers(Map<String, String> labels) {
        List<String> wanted = labels.entrySet().stream()
                .map(label -> label.getKey() + "=" + label.getValue())
                .toList();
        String filters = encode(write(Map.of("label", wanted)).toString());
        return read(
                        EngineRequest.get("list_containers", "/containers/json?all=1&filters=" + filters, LIST),
                        Container[].class)
                .map(List::of);
    }

    /** A raw connection to the named streams of a container ({@code stdin=1} and so on). May take as long as a start. */
    Future<RawConnection> attach(String name, String streams) {
        return http.upgrade(
                EngineRequest.post("attach_container", container(name, "/attach?stream=1&" + streams), START));
    }

    <T> T parse(String verb, EngineResponse reply, Class<T> type) {
        if (!reply.ok()) {
            throw reply.failure();
        }
        try {
            return JSON.readValue(reply.body().getBytes(), type);
        } catch (java.io.IOException e) {
            throw http.failure("gave an unreadable answer to " + verb + ": " + e.getMessage());
        }
    }

    static Buffer write(Object value) {
        try {
            return Buffer.buffer(WITHOUT_NULLS.writeValueAsBytes(value));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private <T> Future<T> read(EngineRequest request, Class<T> type) {
        return http.call(request).map(reply -> parse(request.verb(), reply, type));
    }

    private <T> Future<Optional<T>> readIfFound(EngineRequest request, Class<T> type) {
        return http.call(request).map(reply -> found(request.verb(), reply, type));
    }

    private <T> Optional<T> found(String verb, EngineResponse reply, Class<T> type) {
        return reply.status() == 404 ? Optional.empty() : Optional.of(parse(verb, reply, type));
    }

    private static String header(AuthConfig credentials) {
        return Base64.getUrlEncoder().encodeToString(write(credentials).getBytes());
    }

    private static String container(String name, String rest) {
        return "/containers/" + encode(name) + rest;
    }

    private static String quote(String text) {
        return write(text).toString();
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
