package dev.berth.ops;

import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One thing that can be asked for; the table of these is what the port serves and what its document says.
 *
 * @param method what is asked by; {@code GET} includes {@code HEAD}
 * @param path as in an OpenAPI document, such as {@code /api/calls/{id}}
 * @param role who may ask
 * @param summary one sentence
 * @param parameters what may be in the query
 * @param answer the schema of what is answered; null: no JSON
 * @param otherwise by status, when that is answered in its place
 * @param handler answers, on the port's event loop, which it must not hold up
 */
record Endpoint(
        HttpMethod method,
        String path,
        Role role,
        String summary,
        List<Parameter> parameters,
        @Nullable String answer,
        Map<String, String> otherwise,
        Consumer<RoutingContext> handler) {
    private static final Pattern PARAMETER = Pattern.compile("\\{(\\w+)}");

    Endpoint {
        parameters = List.copyOf(parameters);
        otherwise = Map.copyOf(otherwise);
    }

    /** @param type of a JSON schema: {@code string} or {@code integer} */
    record Parameter(String name, String type, String text) {}

    static Endpoint get(String path, Role role, String summary, Consumer<RoutingContext> handler) {
        return new Endpoint(HttpMethod.GET, path, role, summary, List.of(), null, Map.of(), handler);
    }

    /** Changes the node. */
    static Endpoint post(String path, String summary, Consumer<RoutingContext> handler) {
        return new Endpoint(HttpMethod.POST, path, Role.OPERATOR, summary, List.of(), null, Map.of(), handler);
    }

    Endpoint with(Parameter... given) {
        return new Endpoint(method, path, role, summary, List.of(given), answer, otherwise, handler);
    }

    /** @param schema by its name in the document */
    Endpoint answering(String schema) {
        return new Endpoint(method, path, role, summary, parameters, schema, otherwise, handler);
    }

    Endpoint or(int status, String when) {
        Map<String, String> more = new TreeMap<>(otherwise);
        more.put(Integer.toString(status), when);
        return new Endpoint(method, path, role, summary, parameters, answer, more, handler);
    }

    /** Their names, in order. */
    List<String> pathParameters() {
        return PARAMETER.matcher(path).results().map(found -> found.group(1)).toList();
    }

    /** The path in the form of the router. */
    String route() {
        return PARAMETER.matcher(path).replaceAll(":$1");
    }

    /** Whether a request's path is this one, whatever stands where it has a parameter. */
    boolean isAt(String asked) {
        return asked.matches(PARAMETER.matcher(path).replaceAll("[^/]+"));
    }

    boolean takes(HttpMethod asked) {
        return asked.equals(method) || (method.equals(HttpMethod.GET) && asked.equals(HttpMethod.HEAD));
    }
}
