package dev.berth.engine.docker;

import com.github.dockerjava.api.model.AuthConfig;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which credentials go with which image: a call's own registry token first, then those configured for the
 * image's registry. A server's entry also serves the registries whose name is a parent domain of it, of two
 * labels at least. Immutable.
 */
final class RegistryCredentials {
    static final RegistryCredentials NONE = new RegistryCredentials(Map.of());

    private static final Logger log = LoggerFactory.getLogger(RegistryCredentials.class);
    /** The names under which the default registry's credentials are kept. */
    private static final List<String> DEFAULT_SERVERS = List.of("hub.docker.com", "index.docker.io");

    private final Map<String, AuthConfig> byServer;
    private final Map<String, AuthConfig> byParent;

    private RegistryCredentials(Map<String, AuthConfig> byServer) {
        this.byServer = byServer;
        this.byParent = new HashMap<>();
        byServer.forEach((server, auth) -> parents(server).forEach(parent -> byParent.putIfAbsent(parent, auth)));
    }

    /**
     * Reads what is configured; unreadable means none, with a line in the log. Reads files: not for event
     * loops.
     *
     * @param document a Docker configuration; null: look for a file
     * @param folder where the file is; null: there is none
     */
    static RegistryCredentials load(@Nullable String document, @Nullable Path folder) {
        try {
            String text = document != null ? document : folder == null ? null : read(folder);
            return text == null ? NONE : parse(text);
        } catch (IOException | DecodeException | ClassCastException | IllegalArgumentException e) {
            // Not the parser's own text: it may quote the document, and that holds passwords.
            log.info(
                    "Registry credentials cannot be read ({}); pulling without",
                    e.getClass().getSimpleName());
            return NONE;
        }
    }

    /** Fails with an unchecked exception if the document is not a Docker configuration. */
    static RegistryCredentials parse(String document) {
        JsonObject json = new JsonObject(document);
        JsonObject servers = json.containsKey("auths") ? json.getJsonObject("auths") : json;
        Map<String, AuthConfig> byServer = new HashMap<>();
        if (servers != null) {
            for (String server : servers.fieldNames()) {
                if (servers.getValue(server) instanceof JsonObject entry) {
                    byServer.put(hostAndPort(server), auth(server, entry));
                }
            }
        }
        return new RegistryCredentials(byServer);
    }

    @Nullable
    AuthConfig forImage(ImageReference image, @Nullable String token) {
        if (token != null && !token.isEmpty()) {
            return new AuthConfig().withRegistrytoken(token);
        }
        String registry = image.registry();
        if (registry == null) {
            return DEFAULT_SERVERS.stream()
                    .filter(byServer::containsKey)
                    .findFirst()
                    .map(byServer::get)
                    .orElse(null);
        }
        String wanted = registry.toLowerCase(Locale.ROOT);
        AuthConfig exact = byServer.get(wanted);
        return exact != null ? exact : byParent.get(wanted);
    }

    private static @Nullable String read(Path folder) throws IOException {
        List<Path> places = new ArrayList<>();
        places.add(folder.resolve("config.json"));
        if (folder.endsWith(".docker") && folder.getParent() != null) {
            places.add(folder.getParent().resolve(".dockercfg"));
        }
        for (Path place : places) {
            if (Files.exists(place)) {
                return Files.readString(place);
            }
        }
        return null;
    }

    /** {@code https://registry.example.com:5000/v2/} is {@code registry.example.com:5000}. */
    private static String hostAndPort(String server) {
        int scheme = server.indexOf("://");
        String rest = scheme < 0 ? server : server.substring(scheme + 3);
        int slash = rest.indexOf('/');
        return (slash < 0 ? rest : rest.substring(0, slash)).toLowerCase(Locale.ROOT);
    }

    private static List<String> parents(String server) {
        int colon = server.indexOf(':');
        String host = colon < 0 ? server : server.substring(0, colon);
        String port = colon < 0 ? "" : server.substring(colon);
        List<String> parents = new ArrayList<>();
        if (host.matches("[0-9.]*")) {
            return parents;
        }
        for (int dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
            String parent = host.substring(dot + 1);
            if (parent.indexOf('.') > 0) {
                parents.add(parent + port);
            }
        }
        return parents;
    }

    private static AuthConfig auth(String server, JsonObject entry) {
        AuthConfig auth = new AuthConfig().withRegistryAddress(server);
        String pair = entry.getString("auth");
        if (pair != null && !pair.isEmpty()) {
            String text = new String(Base64.getDecoder().decode(pair), StandardCharsets.UTF_8);
            int colon = text.indexOf(':');
            if (colon < 0) {
                throw new IllegalArgumentException("auth of " + server + " is not user:password");
            }
            auth.withUsername(text.substring(0, colon))
                    .withPassword(text.substring(colon + 1).replace("\0", ""));
        } else {
            auth.withUsername(entry.getString("username")).withPassword(entry.getString("password"));
        }
        return auth.withEmail(entry.getString("email"))
                .withIdentityToken(entry.getString("identitytoken"))
                .withRegistrytoken(entry.getString("registrytoken"));
    }
}
