package dev.berth.bus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.fuzz.FuzzRun;
import dev.berth.fuzz.Mutations;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever bytes come, a message is read whole, or refused by one exception. */
final class ControlCodecFuzzTest {
    private final ControlCodec codec = new ControlCodec();
    private final List<byte[]> whole = new ArrayList<>();

    ControlCodecFuzzTest() {
        Messages.all().forEach(message -> {
            Buffer buffer = Buffer.buffer();
            codec.encodeToWire(buffer, message);
            whole.add(buffer.getBytes());
        });
    }

    @Test
    void everyPrefixOfAMessageIsRefused() {
        for (byte[] message : whole) {
            for (int length = 0; length < message.length; length++) {
                Buffer cut = Buffer.buffer(message).slice(0, length);
                assertThat(outcome(cut))
                        .as("%d of %d bytes", length, message.length)
                        .isEqualTo("refused");
            }
        }
    }

    @Test
    void damagedMessagesAreReadOrRefused() {
        try (FuzzRun run = new FuzzRun(ControlCodecFuzzTest.class, 100)) {
            for (int input = 0; input < run.inputs(); input++) {
                Random random = run.random(input);
                byte[] damaged = Mutations.some(whole.get(random.nextInt(whole.size())), random, 6, whole);
                String outcome = outcome(Buffer.buffer(damaged));
                if (!outcome.equals("refused") && !outcome.equals("read")) {
                    run.failed(input, outcome, HexFormat.of().formatHex(damaged));
                }
                run.over(input + 1);
            }
            run.verify();
        }
    }

    private String outcome(Buffer bytes) {
        try {
            Object read = codec.decodeFromWire(0, bytes);
            codec.encodeToWire(Buffer.buffer(), read);
            return "read";
        } catch (MalformedMessageException refused) {
            return "refused";
        } catch (Throwable wrong) {
            return wrong.toString();
        }
    }
}
