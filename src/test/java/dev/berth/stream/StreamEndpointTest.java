package dev.berth.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class StreamEndpointTest {
    private final EndpointPair pair = new EndpointPair();

    @AfterEach
    void close() {
        pair.close();
    }

    @Test
    void carriesACallThereAndBack() {
        List<String> seen = new CopyOnWriteArrayList<>();
        pair.acceptor.run(() -> pair.acceptor.endpoint().acceptor(stream -> {
            seen.add("open " + stream.openPayload());
            stream.inbound().handler(bytes -> seen.add("request " + bytes));
            stream.inbound().endHandler(nothing -> {
                seen.add("request end");
                stream.note("head");
                stream.outbound().write(Buffer.buffer("answer"));
                stream.finish("done");
            });
        }));

        pair.initiator.run(() -> {
            FrameStream stream = pair.initiator.endpoint().open(pair.acceptor.frames(), "call", EndpointPair.WINDOW);
            stream.noteHandler(note -> seen.add("note " + note));
            stream.inbound().handler(bytes -> seen.add("response " + bytes));
            stream.finishHandler(end -> seen.add("finish " + end));
            stream.outbound().write(Buffer.buffer("body"));
            stream.outbound().end();
        });
        pair.initiator.until(() -> seen.contains("finish done"));

        assertThat(seen)
                .containsExactly(
                        "open call", "request body", "request end", "note head", "response answer", "finish done");
        pair.assertNothingLeft();
    }
}
