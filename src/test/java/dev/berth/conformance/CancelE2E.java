package dev.berth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.ingress.EngageCall;
import dev.berth.ingress.EngageClient;
import dev.berth.proto.CallFinished;
import dev.berth.proto.RunnerStatus;
import dev.berth.proto.SlotSummary;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Test;

/** Clients that go at each stage of a call. */
@OnRunner
final class CancelE2E {
    private static int count(RunnerStatus status, ToIntFunction<SlotSummary> part) {
        return status.getNode().getSlotsList().stream().mapToInt(part).sum();
    }

    private static RunnerStatus allGone(LiveRunner runner) {
        return runner.await("no containers", status -> status.getNode().getSlotsCount() == 0);
    }

    @Test
    @Rule("cancel-before-try")
    void aClientThatGoesBeforeItsTryEndsItsStream(LiveRunner runner) {
        EngageCall call = runner.client().engage();
        runner.await("open", status -> status.getActive() == 1);

        call.cancel();

        runner.await("ended", status -> status.getActive() == 0);
    }

    @Test
    @Rule("cancel-waiting")
    void aContainerStartingForACancelledCallIsKeptForTheNext(LiveRunner runner) {
        CallDoc doc = CallDoc.of("read; send ok").config("CANCEL", "waiting");
        EngageCall call = runner.start(doc);
        runner.await("starting", status -> count(status, SlotSummary::getStarting) == 1);

        call.cancel();

        runner.await("idle", status -> status.getActive() == 0 && count(status, SlotSummary::getIdle) == 1);
        CallFinished next = runner.run(doc).finished();
        assertThat(next.getSuccess()).isTrue();
        assertThat(next.getCtrCreateDuration()).isZero();
    }

    @Test
    @Rule("cancel-running")
    @Rule("container-cancel")
    void beforeTheHeadTheContainerIsRemoved(LiveRunner runner) {
        allGone(runner);
        EngageCall call =
                runner.start(CallDoc.of("read; hang").with("idle_timeout", 60)).data("", true);
        runner.await("busy", status -> count(status, SlotSummary::getBusy) == 1);

        call.cancel();

        assertThat(allGone(runner).getActive()).isZero();
    }

    @Test
    @Rule("cancel-running")
    @Rule("container-cancel")
    void afterTheHeadTheContainerIsKept(LiveRunner runner) {
        CallDoc doc = CallDoc.of("read; send begun; sleep 500; send more").config("CANCEL", "head");
        EngageCall call = runner.start(doc).data("", true);
        call.nextPayload();

        call.cancel();

        runner.await("over", status -> status.getActive() == 0 && count(status, SlotSummary::getBusy) == 0);
        CallFinished next = runner.run(doc.header("X-Do", "read; send ok")).finished();
        assertThat(next.getSuccess()).isTrue();
        assertThat(next.getCtrCreateDuration()).isZero();
    }

    @Test
    @Rule("cancel-connection")
    void aLostConnectionCancelsAllItsCalls(LiveRunner runner) {
        allGone(runner);
        EngageClient client = runner.connect();
        CallDoc doc = CallDoc.of("read; hang").with("idle_timeout", 60);
        client.engage().tryCall(doc.text()).data("", true);
        client.engage().tryCall(doc.text()).data("", false);
        client.engage();
        runner.await("running", status -> status.getActive() == 3 && count(status, SlotSummary::getBusy) == 2);

        client.close();

        assertThat(allGone(runner).getActive()).isZero();
    }

    @Test
    @Rule("cancel-after-finished")
    void aResetAfterFinishedChangesNothing(LiveRunner runner) {
        CallDoc doc = CallDoc.of("read; send ok").config("CANCEL", "after");
        EngageCall call = runner.start(doc).data("", true);
        assertThat(call.result().finished().getSuccess()).isTrue();

        call.cancel();

        assertThat(runner.run(doc).finished().getCtrCreateDuration()).isZero();
    }
}
