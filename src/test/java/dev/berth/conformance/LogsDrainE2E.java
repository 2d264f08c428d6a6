package dev.berth.conformance;

import static dev.berth.ingress.LogCollector.READY;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.ingress.EngageCall;
import dev.berth.ingress.LogCollector;
import org.junit.jupiter.api.Test;

/** A collector of a runner that is told to stop. */
@OnRunner(Profile.LOGS_DRAINED)
final class LogsDrainE2E {
    @Test
    @Rule("collect-again")
    void isServedUntilAfterTheLastContainer(LiveRunner runner) {
        Printer printer = new Printer(runner);
        LogCollector collector = printer.collector();
        CallDoc doc = printer.doc("read; sleep 500; stdout late; send ok");
        EngageCall running = runner.start(doc).data("", true);
        runner.await(
                "running", status -> status.getNode().getSlotsList().stream().anyMatch(slot -> slot.getBusy() == 1));

        runner.process().stop();

        assertThat(running.result().body()).isEqualTo("ok");
        assertThat(printer.own(collector.say(READY).batch())).containsExactly(printer.line(doc, "STDOUT late"));
        collector.say(LogCollector.ACK).stream.halfClose().result();
        runner.process().awaitEnd();
    }
}
