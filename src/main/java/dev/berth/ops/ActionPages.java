package dev.berth.ops;

import dev.berth.bus.NodeSnapshot;
import dev.berth.call.SlotKey;
import dev.berth.status.LogLevels;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What changes the node. Who asks is told what that would do, and a nonce; who asks again with it has it done, and the
 * log says who that was. Confined to one context.
 */
final class ActionPages {
    private static final Logger LOG = LoggerFactory.getLogger(ActionPages.class);
    private static final String NONCE = "nonce";
    private static final int MAX_KEY = 512;
    private static final int MAX_NAME = 200;
    private static final Endpoint.Parameter AGAIN =
            new Endpoint.Parameter(NONCE, "string", "From the answer to the same request without one: do it.");

    private static final String HAND_OVER = "handover";

    private final NodeView node;
    private final NodeFeed feed;
    private final Nonces nonces = new Nonces(System::nanoTime);

    /**
     * @param name what it is, with all that it is done to
     * @param effect what it would do, for a person
     * @param done what has been done
     */
    private record Action(String name, String effect, String done, Runnable run) {}

    ActionPages(NodeView node, NodeFeed feed) {
        this.node = node;
        this.feed = feed;
    }

    List<Endpoint> endpoints() {
        return List.of(
                Endpoint.post(
                                "/api/node/drain",
                                "Stops the node in good order, as a signal does: no new calls, then the end.",
                                this::drain)
                        .with(
                                new Endpoint.Parameter(
                                        HAND_OVER,
                                        "boolean",
                                        "Leave its containers, frozen, to the next runner of the machine."),
                                AGAIN),
                Endpoint.post(
                                "/api/functions/{key}/evict",
                                "Removes the containers of a slot queue or, by its image, of a function: idle ones now,"
                                        + " those that run a call after it.",
                                this::evict)
                        .with(AGAIN)
                        .or(400, "The key is too long.")
                        .or(404, "There is no such queue or image.")
                        .or(503, "The slot registry does not answer."),
                Endpoint.post(
                                "/api/loglevel",
                                "Sets the lowest level that is logged, until the next start.",
                                this::level)
                        .with(
                                new Endpoint.Parameter(
                                        "level", "string", "One of " + String.join(", ", LogLevels.NAMES) + "."),
                                AGAIN)
                        .or(400, "There is no such level."));
    }

    private void drain(RoutingContext asked) {
        long calls = node.counters().active();
        if (node.counters().draining()) {
            Answers.message(asked.response(), 409, "the node is draining already");
            return;
        }
        boolean handOver = asked.queryParam(HAND_OVER).contains("true");
        twice(
                asked,
                new Action(
                        handOver ? "drain and hand over" : "drain",
                        "Takes no more calls, refuses those that wait, lets those that run end (" + calls
                                + " are here now), "
                                + (handOver ? "leaves all containers to the next runner" : "removes all containers")
                                + ", and ends the runner.",
                        "draining",
                        () -> node.control().drain(handOver)));
    }

    private void evict(RoutingContext asked) {
        String wanted = asked.pathParam("key");
        if (wanted.length() > MAX_KEY) {
            Answers.message(asked.response(), 400, "a key has at most " + MAX_KEY + " characters");
            return;
        }
        feed.now()
                .onSuccess(snapshot -> evict(asked, wanted, snapshot))
                .onFailure(silent -> Answers.message(asked.response(), 503, "the slot registry does not answer"));
    }

    private void evict(RoutingContext asked, String wanted, NodeSnapshot snapshot) {
        List<NodeSnapshot.Queue> found = snapshot.queues().stream()
                .filter(queue -> queue.image().equals(wanted)
                        || HexFormat.of().toHexDigits(queue.key().hash64()).equals(wanted))
                .toList();
        if (found.isEmpty()) {
            Answers.message(asked.response(), 404, "there is no slot queue and no image of that name");
            return;
        }
        int idle = found.stream().mapToInt(NodeSnapshot.Queue::idle).sum();
        int starting = found.stream().mapToInt(NodeSnapshot.Queue::starting).sum();
        int busy = found.stream().mapToInt(NodeSnapshot.Queue::busy).sum();
        Set<SlotKey> keys = found.stream().map(NodeSnapshot.Queue::key).collect(Collectors.toSet());
        String name = printable(wanted);
        twice(
                asked,
                new Action(
                        "evict " + wanted,
                        "Removes the idle containers of " + name + " (" + idle + " now), those that run a call ("
                                + busy + " now) when it has ended, and those that start (" + starting
                                + " now) when their first call has ended or none waits for them. The next calls start"
                                + " new ones.",
                        "removing the containers of " + name,
                        () -> node.control().clear(keys)));
    }

    private void level(RoutingContext asked) {
        List<String> given = asked.queryParam("level");
        String level = given.size() == 1 ? given.get(0).toUpperCase(Locale.ROOT) : "";
        if (!LogLevels.NAMES.contains(level)) {
            Answers.message(asked.response(), 400, "level is one of " + String.join(", ", LogLevels.NAMES));
            return;
        }
        twice(
                asked,
                new Action(
                        "loglevel " + level,
                        "Logs " + level + " and worse until the next start or change.",
                        "logging " + level + " and worse",
                        () -> node.control().logLevel(level)));
    }

    private void twice(RoutingContext asked, Action action) {
        HttpServerResponse response = asked.response();
        List<String> given = asked.queryParam(NONCE);
        if (given.isEmpty()) {
            Answers.json(
                    response,
                    202,
                    new JsonObject()
                            .put("effect", action.effect())
                            .put(NONCE, nonces.make(action.name()))
                            .put("validSeconds", Nonces.SECONDS));
        } else if (given.size() == 1 && nonces.use(given.get(0), action.name())) {
            LOG.atWarn()
                    .addKeyValue("action", printable(action.name()))
                    .addKeyValue("who", who(asked.request()))
                    .log("an operator has asked for this twice");
            action.run().run();
            Answers.json(response, 200, new JsonObject().put("done", action.done()));
        } else {
            Answers.message(response, 409, "this nonce is not, or no longer, one for this; ask without one first");
        }
    }

    /** All that is known of whoever asks: there are no users here. */
    private static String who(HttpServerRequest request) {
        String who = String.valueOf(request.remoteAddress());
        try {
            if (request.sslSession() != null) {
                who += ", certificate of "
                        + printable(request.sslSession().getPeerPrincipal().getName());
            }
        } catch (SSLPeerUnverifiedException none) {
            // The client has shown no certificate.
        }
        return request.headers().contains(HttpHeaders.AUTHORIZATION) ? who + ", operator token" : who;
    }

    /** One line, in the order it is written, and not too long. */
    private static String printable(String name) {
        String shown = name.replaceAll("[\\p{Cc}\\p{Cf}\\x{2028}\\x{2029}]", "·");
        return shown.length() <= MAX_NAME ? shown : shown.substring(0, MAX_NAME) + "…";
    }
}
