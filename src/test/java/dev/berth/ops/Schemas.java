package dev.berth.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/** The published forms of answers. What they do not name is held to be wrong here, so that none is forgotten. */
public final class Schemas {
    private static final JsonObject ALL = strict(read());

    private Schemas() {}

    private static JsonObject read() {
        try (InputStream file = Schemas.class.getResourceAsStream("/ops/schemas.json")) {
            return new JsonObject(new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .replace("#/components/schemas/", "#/$defs/"));
        } catch (IOException unreadable) {
            throw new AssertionError(unreadable);
        }
    }

    private static JsonObject strict(JsonObject schema) {
        if (schema.containsKey("properties")) {
            schema.put("additionalProperties", false);
        }
        for (String name : schema.fieldNames()) {
            if (schema.getValue(name) instanceof JsonObject inner) {
                strict(inner);
            }
        }
        return schema;
    }

    static Set<String> names() {
        return ALL.fieldNames();
    }

    public static void assertValid(String name, JsonObject answer) {
        assertThat(ALL.fieldNames()).contains(name);
        JsonObject schema = new JsonObject().put("$ref", "#/$defs/" + name).put("$defs", ALL);
        OutputUnit verdict = Validator.create(
                        JsonSchema.of(schema),
                        new JsonSchemaOptions()
                                .setBaseUri("app://berth")
                                .setDraft(Draft.DRAFT202012)
                                .setOutputFormat(OutputFormat.Basic))
                .validate(answer);
        assertThat(verdict.getValid())
                .as(() -> name + ": " + answer.encode() + " is not valid: "
                        + new JsonArray(verdict.getErrors().stream()
                                .map(OutputUnit::toJson)
                                .toList()))
                .isTrue();
    }
}
