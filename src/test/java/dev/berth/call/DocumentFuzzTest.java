package dev.berth.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.config.CallConfig;
import dev.berth.error.RunnerException;
import dev.berth.fuzz.CallDocuments;
import dev.berth.fuzz.FuzzRun;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever document and slot hash come in, they give a container to ask for or an error for the caller. */
final class DocumentFuzzTest {
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(5);
    private final CallFactory factory = new CallFactory(
            new CallConfig(false, true, Map.of("EXTRA", "1"), Set.of("PASSED"), 0, 0, Set.of()), "status:1", 0);
    private int specs;

    @Test
    @Timeout(value = 20, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void anyDocumentIsASpecOrARunnerError() {
        try (FuzzRun run = new FuzzRun(DocumentFuzzTest.class, 65)) {
            for (int input = 0; input < run.inputs(); input++) {
                Random random = run.random(input);
                tryOne(run, input, CallDocuments.random(random), slotHash(random));
                run.over(input + 1);
            }
            run.verify();
            assertThat(specs).as("documents that were good enough").isGreaterThan(run.inputs() / 20);
        }
    }

    private void tryOne(FuzzRun run, int input, String document, byte[] slotHash) {
        long start = System.nanoTime();
        try {
            CallModel model = CallModelParser.parse(document);
            factory.spec(model, slotHash, Map.of("PASSED", "yes", "OTHER", "no"));
            factory.request(model, Instant.now(), null);
            specs++;
        } catch (RunnerException refused) {
            if (refused.wireCode() != 400) {
                run.failed(input, "ended with " + refused, document);
            }
        } catch (RuntimeException | StackOverflowError crash) {
            run.failed(
                    input,
                    "threw " + crash + " at "
                            + Arrays.stream(crash.getStackTrace()).limit(1).toList(),
                    document);
        }
        if (System.nanoTime() - start > LIMIT_NANOS) {
            run.failed(input, "took more than 5 s", document);
        }
    }

    private static byte[] slotHash(Random random) {
        byte[] bytes = new byte[random.nextInt(70)];
        random.nextBytes(bytes);
        return switch (random.nextInt(4)) {
            case 0 -> bytes;
            case 1 -> "0aF".repeat(bytes.length).getBytes(StandardCharsets.US_ASCII);
            default -> new byte[0];
        };
    }
}
