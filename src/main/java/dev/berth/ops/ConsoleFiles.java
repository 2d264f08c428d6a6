package dev.berth.ops;

import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The console's files, from the jar. They say nothing of the node, so everybody may have them. */
final class ConsoleFiles {
    private static final Map<String, String> TYPES = Map.of(
            "html",
            "text/html; charset=utf-8",
            "js",
            "text/javascript; charset=utf-8",
            "css",
            "text/css; charset=utf-8");
    private static final String UPLOT = "/META-INF/resources/webjars/uplot/1.6.30/dist/";
    private static final List<String> OWN = List.of(
            "console.js",
            "view.js",
            "http.js",
            "slots.js",
            "nodes.js",
            "charts.js",
            "actions.js",
            "output.js",
            "reasons.js",
            "console.css");

    private ConsoleFiles() {}

    static List<Endpoint> endpoints() {
        List<Endpoint> endpoints = new ArrayList<>();
        endpoints.add(file("", "/console/index.html"));
        OWN.forEach(name -> endpoints.add(file(name, "/console/" + name)));
        endpoints.add(file("uplot.js", UPLOT + "uPlot.esm.js"));
        endpoints.add(file("uplot.css", UPLOT + "uPlot.min.css"));
        return endpoints;
    }

    private static Endpoint file(String name, String resource) {
        return Endpoint.get(
                "/console/" + name, Role.ANYBODY, "A file of the console.", asked -> serve(asked, resource));
    }

    private static void serve(RoutingContext asked, String resource) {
        String type = TYPES.get(resource.substring(resource.lastIndexOf('.') + 1));
        Answers.send(asked.response(), 200, String.valueOf(type), Buffer.buffer(read(resource)));
    }

    /** Some tens of kilobytes from the jar, which is mapped; asked for when somebody opens the page. */
    private static byte[] read(String resource) {
        try (InputStream in = ConsoleFiles.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("not in the jar: " + resource);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
