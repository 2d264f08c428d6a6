package dev.berth.port;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.ingress.Await;
import dev.berth.ingress.EngageCall;
import dev.berth.ingress.EngageClient;
import dev.berth.ingress.IngressRig;
import io.vertx.core.MultiMap;
import org.junit.jupiter.api.Test;

/** A client that gives up one call keeps the connection and every other call on it. */
final class ResetStreamsTest {
    private static final int CALLS = 150;

    @Test
    void aResetRightBehindTheCallLeavesTheConnectionAlone() {
        try (IngressRig rig = new IngressRig()) {
            EngageCall other = rig.client.engage();
            other.tryCall(IngressRig.MODEL).data("before", false);
            for (int i = 0; i < CALLS; i++) {
                Await.of(rig.client
                        .open(EngageClient.ENGAGE, MultiMap.caseInsensitiveMultiMap())
                        .map(call -> {
                            call.tryCall("{");
                            return call.request.reset(8);
                        }));
            }

            other.data(" after", true);

            assertThat(other.result().body()).isEqualTo("before after");
            rig.assertNothingLeft();
        }
    }
}
