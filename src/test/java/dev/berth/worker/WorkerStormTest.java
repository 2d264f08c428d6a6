package dev.berth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.RegistryMessage;
import dev.berth.bus.RegistryMessage.ContainerEnding;
import dev.berth.bus.RegistryMessage.ContainerGone;
import dev.berth.bus.RegistryMessage.ContainerReady;
import dev.berth.bus.RegistryMessage.ContainerReleased;
import dev.berth.bus.RegistryMessage.LaunchFailed;
import dev.berth.error.ErrorCode;
import dev.berth.worker.FakeEngine.Operation;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Everything at once, at random: launches, calls, cancels, short deadlines, crashes and removals, over an
 * engine that is slow and fails. Whatever happens, no event meets a state that does not list it, the registry
 * hears one well-formed story per container, every call ends, and nothing is left.
 */
final class WorkerStormTest {
    private static final int STEPS = 250;
    private static final int CONTAINERS = 6;

    private final List<TestCall> calls = new ArrayList<>();
    private final List<String> containers = new ArrayList<>();
    private final List<RegistryMessage> heard = new ArrayList<>();
    private final Set<String> alive = new LinkedHashSet<>();
    private final Set<String> idle = new LinkedHashSet<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void leavesNothingBehind(long seed) throws Exception {
        Random random = new Random(seed);
        var settings = new RigSettings()
                .freezeIdle(Duration.ofMillis(seed % 3))
                .keepAlive(Duration.ofMillis(3))
                .startTimeout(Duration.ofMillis(200))
                .maxResponseBytes(20_000);
        try (WorkerRig rig = new WorkerRig(settings)) {
            rig.engine.serve(talk -> erratic(talk, seed));
            for (int i = 0; i < STEPS; i++) {
                listen(rig);
                step(rig, random);
            }
            for (TestCall call : calls) {
                call.endBody();
            }
            for (TestCall call : calls) {
                call.over();
            }
            alive.forEach(rig::remove);
            WorkerRig.until("every container is said to be gone", () -> {
                listen(rig);
                return alive.isEmpty();
            });
            rig.assertNothingLeft();
            story();
            assertThat(calls.stream().filter(TestCall::succeeded).count()).isGreaterThan(calls.size() / 10);
        }
    }

    /** Keeps book of the containers, as a registry does. */
    private void listen(WorkerRig rig) {
        for (RegistryMessage message : rig.heardSoFar()) {
            heard.add(message);
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

    private void step(WorkerRig rig, Random random) throws Exception {
        int dice = random.nextInt(100);
        if (alive.size() < CONTAINERS) {
            disturb(rig, random);
            // Each a function of its own: second calls to one that has ended with its answer before would wait a
            // second.
            String launched = rig.launch(WorkerRig.function(containers.size()));
            containers.add(launched);
            alive.add(launched);
        } else if (dice < 3) {
            rig.remove(any(alive, random));
        } else if (dice < 6 && !rig.engine.all().isEmpty()) {
            any(rig.engine.all(), random).exit(random.nextInt(3));
        } else if (dice < 12 && !calls.isEmpty()) {
            calls.get(calls.size() - 1).cancel();
        } else if (dice < 40) {
            rig.timer(Duration.ofMillis(1 + random.nextInt(5)));
        } else if (dice < 45) {
            call(rig, random, any(containers, random));
        } else if (idle.isEmpty()) {
            rig.settle();
        } else {
            String leased = any(idle, random);
            idle.remove(leased);
            call(rig, random, leased);
        }
    }

    private void call(WorkerRig rig, Random random, String container) throws Exception {
        Duration timeout = random.nextInt(8) == 0 ? Duration.ofMillis(1 + random.nextInt(10)) : Duration.ofMillis(300);
        var request = rig.request(timeout);
        TestCall call = rig.call(container, random.nextInt(5) == 0 ? WorkerRig.early(request) : request);
        call.write("x".repeat(random.nextInt(2_000)));
        if (random.nextInt(10) > 0) {
            call.endBody();
        }
        if (random.nextInt(3) == 0) {
            call.over();
        }
        calls.add(call);
    }

    /** Makes some of the engine's next operations slow or failing. */
    private static void disturb(WorkerRig rig, Random random) {
        for (Operation operation : Operation.values()) {
            if (random.nextInt(2) == 0) {
                boolean fails = random.nextInt(6) == 0;
                long millis = 1 + random.nextInt(15);
                rig.engine.nextDo(operation, () -> after(rig, millis, fails));
            }
        }
    }

    private static Future<Void> after(WorkerRig rig, long millis, boolean fails) {
        Promise<Void> done = Promise.promise();
        rig.vertx.setTimer(millis, id -> {
            if (fails) {
                done.fail(ErrorCode.ENGINE_FAILED.exception("disturbed"));
            } else {
                done.complete();
            }
        });
        return done.future();
    }

    /** A function that answers well, badly, early, or not at all. */
    private static void erratic(FakeFunction.Talk talk, long seed) throws IOException {
        Random random = new Random(seed + System.identityHashCode(talk));
        while (talk.readHead()) {
            int mood = random.nextInt(10);
            if (mood == 0) {
                return;
            }
            if (mood == 1) {
                talk.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nearly");
            }
            talk.readBody();
            switch (mood) {
                case 2 -> talk.write("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n");
                case 3 -> talk.write("HTTP/1.1 502 Bad\r\nContent-Length: 0\r\n\r\n");
                case 4 -> talk.write("HTTP/1.1 200 OK\r\nContent-Length: 30000\r\n\r\n" + "y".repeat(30_000));
                case 5 -> {
                    talk.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
                    return;
                }
                case 6 -> talk.readToEnd();
                default -> talk.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            }
        }
    }

    /** One container's messages: ready or failed, then releases, ending at most once, and gone at last. */
    private void story() {
        Map<String, StringBuilder> stories = new HashMap<>();
        for (RegistryMessage message : heard) {
            if (message instanceof ContainerReady ready) {
                note(stories, ready.containerId(), 'r');
            } else if (message instanceof LaunchFailed failed) {
                note(stories, failed.containerId(), 'f');
            } else if (message instanceof ContainerReleased released) {
                note(stories, released.containerId(), 'c');
            } else if (message instanceof ContainerEnding ending) {
                note(stories, ending.containerId(), 'e');
            } else if (message instanceof ContainerGone gone) {
                note(stories, gone.containerId(), 'g');
            }
        }
        assertThat(stories.keySet()).containsExactlyInAnyOrderElementsOf(containers);
        assertThat(stories.values())
                .allSatisfy(story -> assertThat(story.toString()).matches("fg|rc*e?g"));
    }

    private static void note(Map<String, StringBuilder> stories, String id, char what) {
        stories.computeIfAbsent(id, key -> new StringBuilder()).append(what);
    }

    private static <T> T any(Collection<T> of, Random random) {
        return List.copyOf(of).get(random.nextInt(of.size()));
    }
}
