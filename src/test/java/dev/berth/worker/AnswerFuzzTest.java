package dev.berth.worker;

import dev.berth.bus.RegistryMessage;
import dev.berth.bus.RegistryMessage.ContainerEnding;
import dev.berth.bus.RegistryMessage.ContainerGone;
import dev.berth.bus.RegistryMessage.ContainerReady;
import dev.berth.bus.RegistryMessage.ContainerReleased;
import dev.berth.call.CallRequest;
import dev.berth.error.RunnerException;
import dev.berth.fuzz.FunctionAnswers;
import dev.berth.fuzz.FuzzRun;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Whatever a function answers, its call ends well or with an error of its own, and nothing is left of it; and whatever it
 * sends besides, and when, no call gets another's bytes.
 */
final class AnswerFuzzTest {
    private static final int PER_RIG = 600;
    private static final int CONTAINERS = 48;
    private static final Duration TIMEOUT = Duration.ofMillis(250);
    /** Odd, so that different numbers stay different, and differ in many digits. */
    private static final int SPREAD = 0x9e3779b1;

    private static final Pattern TAG = Pattern.compile("tag[0-9a-f]{8}");
    private static final Pattern CALL = Pattern.compile("(?i)\r\nFn-Call-Id: fuzz-(\\d+)\r\n");

    private final Set<Integer> reached = ConcurrentHashMap.newKeySet();
    private final Map<String, Integer> tags = new ConcurrentHashMap<>();
    private final Set<Integer> writing = ConcurrentHashMap.newKeySet();
    private final Set<String> alive = new LinkedHashSet<>();
    private final Set<String> idle = new LinkedHashSet<>();
    private int succeeded;

    @Test
    void anyAnswerIsASuccessOrAnError() {
        try (FuzzRun run = new FuzzRun(AnswerFuzzTest.class, 15)) {
            for (int from = 0; from < run.inputs(); from += PER_RIG) {
                int first = from;
                int last = Math.min(run.inputs(), from + PER_RIG);
                run.check(() -> inputs(run, first, last));
                run.over(last);
            }
            run.verify();
            run.check(() -> {
                if (succeeded < run.inputs() / 20) {
                    throw new AssertionError("only " + succeeded + " calls succeeded");
                }
            });
        }
    }

    private void inputs(FuzzRun run, int from, int to) throws Exception {
        var settings = new RigSettings().keepAlive(Duration.ofMillis(50)).maxResponseBytes(60_000);
        try (WorkerRig rig = new WorkerRig(settings)) {
            rig.engine.serve(talk -> serve(run, talk));
            for (int next = from; next < to; ) {
                next = wave(rig, run, next, to);
            }
            alive.forEach(rig::remove);
            WorkerRig.until("every container is said to be gone", () -> {
                listen(rig);
                return alive.isEmpty();
            });
            rig.assertNothingLeft();
        }
    }

    /** Has each idle container run one call, and gives the number of the next. */
    private int wave(WorkerRig rig, FuzzRun run, int from, int to) throws Exception {
        while (alive.size() < CONTAINERS) {
            alive.add(rig.launch());
        }
        WorkerRig.until("a container is idle", () -> {
            listen(rig);
            return !idle.isEmpty();
        });
        Map<Integer, TestCall> calls = new LinkedHashMap<>();
        int next = from;
        for (String container : List.copyOf(idle)) {
            if (next < to) {
                idle.remove(container);
                calls.put(next, rig.call(container, request(next)).write("body").endBody());
                next++;
            }
        }
        for (Map.Entry<Integer, TestCall> call : calls.entrySet()) {
            judge(run, call.getKey(), call.getValue());
        }
        // What crosses the next request on its way can only be taken for that one's answer.
        WorkerRig.until("functions have written all they will", writing::isEmpty);
        return next;
    }

    private static CallRequest request(int input) {
        return new CallRequest(
                "fuzz-" + input,
                "app",
                "fn",
                "POST",
                "http://lb/invoke/fn",
                List.of(),
                Instant.now().plus(TIMEOUT),
                null,
                input % 3 == 0);
    }

    private void judge(FuzzRun run, int input, TestCall call) {
        try {
            RunnerException error = call.error();
            if (error == null) {
                succeeded++;
                String got = call.head().headers() + call.body();
                TAG.matcher(got).results().map(MatchResult::group).forEach(tag -> {
                    // Damage makes tags that are nobody's.
                    if (tags.getOrDefault(tag, input) != input) {
                        run.failed(input, "got another's bytes, " + tag, got);
                    }
                });
            } else if (error.wireCode() == 0
                    || error.wireCode() == 500
                    || (error.wireCode() == 503 && reached.contains(input))) {
                run.failed(input, "ended with " + error, answer(run, input));
            }
        } catch (Exception failure) {
            run.failed(input, "ended by " + failure, answer(run, input));
        }
    }

    private static String answer(FuzzRun run, int input) {
        return new String(FunctionAnswers.random(run.random(input), tag(input)), StandardCharsets.ISO_8859_1);
    }

    private static String tag(int input) {
        return "tag" + HexFormat.of().toHexDigits(input * SPREAD);
    }

    private void listen(WorkerRig rig) {
        for (RegistryMessage message : rig.heardSoFar()) {
            if (message instanceof ContainerReady ready) {
                idle.add(ready.containerId());
            } else if (message instanceof ContainerReleased released) {
                idle.add(released.containerId());
            } else if (message instanceof ContainerEnding ending) {
                idle.remove(ending.containerId());
            } else if (message instanceof ContainerGone gone) {
                idle.remove(gone.containerId());
                alive.remove(gone.containerId());
            }
        }
    }

    private void serve(FuzzRun run, FakeFunction.Talk talk) throws IOException {
        while (talk.readHead()) {
            Matcher call = CALL.matcher(talk.head());
            if (!call.find()) {
                throw new IOException("a request of no call");
            }
            int input = Integer.parseInt(call.group(1));
            reached.add(input);
            tags.put(tag(input), input);
            Random random = run.random(input);
            writing.add(input);
            try {
                answer(talk, input, random);
            } finally {
                writing.remove(input);
            }
            // One that is not complete takes the whole of its call's time if the connection stays open.
            if (random.nextInt(3) > 0) {
                return;
            }
        }
    }

    private static void answer(FakeFunction.Talk talk, int input, Random random) throws IOException {
        byte[] answer = FunctionAnswers.random(random, tag(input));
        if (random.nextInt(10) > 0) {
            talk.readBody();
        }
        send(talk, answer, random);
        if (random.nextInt(5) == 0) {
            talk.write(FunctionAnswers.late(random, tag(input)));
        }
    }

    private static void send(FakeFunction.Talk talk, byte[] answer, Random random) throws IOException {
        int most = random.nextInt(3) == 0 ? 1 + answer.length / 20 : 1 + answer.length;
        for (int at = 0; at < answer.length; ) {
            int piece = Math.min(answer.length - at, 1 + random.nextInt(most));
            talk.write(Arrays.copyOfRange(answer, at, at + piece));
            at += piece;
            Thread.yield();
        }
    }
}
