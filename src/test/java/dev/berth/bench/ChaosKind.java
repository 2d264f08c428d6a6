package dev.berth.bench;

import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * One kind of call of a chaos run: what its function and its client do, and how such a call may end. {@link #ID} stands
 * for the call's id wherever it is. Each kind is a function of its own, so that no kind has to bear another's faults.
 *
 * @param program what the function does
 * @param config of the function
 * @param copies how often the request's body has the call's id
 * @param outcomes all the ends there may be; see {@link ChaosCall}
 */
record ChaosKind(
        String name,
        Client client,
        String program,
        Map<String, String> config,
        int timeoutSeconds,
        int copies,
        List<Pattern> outcomes) {
    /** As long as an id. */
    static final String ID = "X".repeat(CallIds.LENGTH);

    static final String OK = "ok";
    static final String GIVEN_UP = "given up";
    private static final int TIMEOUT_SECONDS = 60;
    private static final int IDLE_SECONDS = 3;

    /** What the caller does. */
    enum Client {
        ORDINARY,
        /** Sends a few bytes at a time. */
        TRICKLES,
        /** Resets its stream some time after the start. */
        CANCELS,
        /** Cuts its connection at some stage. */
        CUTS
    }

    static ChaosKind of(String name, String program, String... outcomes) {
        return new ChaosKind(
                name,
                Client.ORDINARY,
                program,
                Map.of(),
                TIMEOUT_SECONDS,
                1,
                List.of(outcomes).stream().map(Pattern::compile).toList());
    }

    ChaosKind client(Client other) {
        return new ChaosKind(name, other, program, config, timeoutSeconds, copies, outcomes);
    }

    ChaosKind config(String key, String value) {
        return new ChaosKind(name, client, program, Map.of(key, value), timeoutSeconds, copies, outcomes);
    }

    ChaosKind timeout(int seconds) {
        return new ChaosKind(name, client, program, config, seconds, copies, outcomes);
    }

    ChaosKind copies(int count) {
        return new ChaosKind(name, client, program, config, timeoutSeconds, count, outcomes);
    }

    boolean allows(String outcome) {
        return outcomes.stream().anyMatch(each -> each.matcher(outcome).matches());
    }

    CallSpec spec() {
        return CallSpec.of(SoakRun.TEST_FUNCTION)
                .slot(name)
                .timeout(timeoutSeconds)
                .idle(IDLE_SECONDS)
                .header("X-Do", program);
    }

    String document(String callId) {
        JsonObject document = new JsonObject(spec().document(callId).replace(ID, callId));
        config.forEach(document.getJsonObject("config")::put);
        return document.encode();
    }

    String body(String callId) {
        return callId.repeat(copies);
    }

    String answer(String callId) {
        return program.contains("echo") ? body(callId) : callId;
    }
}
