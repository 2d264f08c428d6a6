package dev.berth.ops;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The OpenAPI document of the port: the table of its endpoints, and the form of each answer. */
final class OpenApi {
    private static final String SCHEMAS = "/ops/schemas.json";
    private static final String OFFER = "Offer";
    private static final String DONE = "Done";
    private static final String MESSAGE = "Message";

    private OpenApi() {}

    /** Answers with the document of all these, those included that the list gets later. Reads a file now. */
    static Endpoint document(List<Endpoint> all, String version) {
        JsonObject schemas = schemas();
        return Endpoint.get(
                "/api/openapi.json",
                Role.ANYBODY,
                "This document.",
                asked -> Answers.json(asked.response(), 200, of(all, version, schemas)));
    }

    private static JsonObject of(List<Endpoint> all, String version, JsonObject schemas) {
        JsonObject paths = new JsonObject();
        for (Endpoint endpoint : all) {
            JsonObject operation = new JsonObject()
                    .put("summary", endpoint.summary())
                    .put("parameters", parameters(endpoint))
                    .put("responses", responses(endpoint));
            if (endpoint.role() == Role.ANYBODY) {
                operation.put("security", new JsonArray());
            }
            JsonObject path = paths.getJsonObject(endpoint.path(), new JsonObject());
            paths.put(endpoint.path(), path.put(endpoint.method().name().toLowerCase(Locale.ROOT), operation));
        }
        JsonObject token = new JsonObject().put("type", "http").put("scheme", "bearer");
        return new JsonObject()
                .put("openapi", "3.1.0")
                .put("info", new JsonObject().put("title", "Berth operations").put("version", version))
                .put("paths", paths)
                .put(
                        "components",
                        new JsonObject()
                                .put("schemas", schemas)
                                .put("securitySchemes", new JsonObject().put("token", token)))
                .put("security", new JsonArray().add(new JsonObject().put("token", new JsonArray())));
    }

    private static JsonObject schemas() {
        try (InputStream file = OpenApi.class.getResourceAsStream(SCHEMAS)) {
            return new JsonObject(
                    Buffer.buffer(Objects.requireNonNull(file, SCHEMAS).readAllBytes()));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static JsonObject responses(Endpoint endpoint) {
        JsonObject responses = new JsonObject();
        if (endpoint.role() == Role.OPERATOR) {
            responses
                    .put("202", json("Asked once: what would be done, and the nonce to have it done.", OFFER))
                    .put("200", json("Asked twice: done.", DONE))
                    .put("409", json("It cannot be done now, or the nonce is not one for this.", MESSAGE));
        } else {
            responses.put("200", json("OK", endpoint.answer()));
        }
        endpoint.otherwise().forEach((status, text) -> responses.put(status, json(text, schemaOf(endpoint, status))));
        return endpoint.role() == Role.ANYBODY
                ? responses
                : responses
                        .put("401", json("A token is needed.", MESSAGE))
                        .put("403", json("The token is not enough.", MESSAGE));
    }

    /** What everybody may ask answers with the same form when all is not well. */
    private static @Nullable String schemaOf(Endpoint endpoint, String status) {
        return status.equals("503") && endpoint.role() == Role.ANYBODY ? endpoint.answer() : MESSAGE;
    }

    private static JsonObject json(String description, @Nullable String schema) {
        JsonObject response = new JsonObject().put("description", description);
        if (schema != null) {
            JsonObject form = new JsonObject().put("$ref", "#/components/schemas/" + schema);
            response.put("content", new JsonObject().put(Answers.JSON, new JsonObject().put("schema", form)));
        }
        return response;
    }

    private static JsonArray parameters(Endpoint endpoint) {
        JsonArray parameters = new JsonArray();
        for (String name : endpoint.pathParameters()) {
            parameters.add(new JsonObject()
                    .put("name", name)
                    .put("in", "path")
                    .put("required", true)
                    .put("schema", new JsonObject().put("type", "string")));
        }
        for (Endpoint.Parameter parameter : endpoint.parameters()) {
            parameters.add(new JsonObject()
                    .put("name", parameter.name())
                    .put("in", "query")
                    .put("description", parameter.text())
                    .put("schema", new JsonObject().put("type", parameter.type())));
        }
        return parameters;
    }
}
