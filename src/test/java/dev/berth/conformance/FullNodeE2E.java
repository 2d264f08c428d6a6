package dev.berth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.error.ErrorCode;
import dev.berth.ingress.EngageCall;
import dev.berth.proto.SlotSummary;
import org.junit.jupiter.api.Test;

/** A node whose room is taken and that lets no call wait. */
@OnRunner(Profile.FULL)
final class FullNodeE2E {
    @Test
    @Rule("engage-refusal")
    @Raises(ErrorCode.SERVER_BUSY)
    void lackOfRoomIsARefusalThatIsNotCountedAsHandled(LiveRunner runner) {
        CallDoc large = CallDoc.of("read; sleep 1500; send ok").with("memory", 200);
        EngageCall busy = runner.start(large).data("", true);
        long handled = runner.await(
                        "busy",
                        status -> status.getNode().getSlotsList().stream()
                                        .mapToInt(SlotSummary::getBusy)
                                        .sum()
                                == 1)
                .getRequestsHandled();

        EngageCall.Result refused =
                runner.start(large.with("fn_id", "other")).data("x", true).result();

        assertThat(refused.messages()).hasSize(1);
        assertThat(refused.finished().getErrorCode()).isEqualTo(503);
        assertThat(refused.finished().getErrorStr()).isEqualTo(ErrorCode.SERVER_BUSY.text());
        assertThat(runner.status().getRequestsHandled()).isEqualTo(handled);
        assertThat(busy.result().body()).isEqualTo("ok");
    }
}
