package dev.berth.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.berth.error.ErrorCode;
import dev.berth.observe.LogSetup;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;

/** The line that each call has. */
final class AccessLogTest {
    private final Logger logger = (Logger) LoggerFactory.getLogger(LogSetup.ACCESS);
    private final Level before = logger.getLevel();
    private final Lines lines = new Lines();
    private IngressRig rig;

    private static final class Lines extends AppenderBase<ILoggingEvent> {
        private final BlockingQueue<ILoggingEvent> seen = new LinkedBlockingQueue<>();

        @Override
        protected void append(ILoggingEvent event) {
            seen.add(event);
        }

        Map<String, Object> next() {
            return Await.next(seen).getKeyValuePairs().stream()
                    .collect(Collectors.toMap((KeyValuePair pair) -> pair.key, pair -> pair.value));
        }
    }

    @BeforeEach
    void start() {
        lines.start();
        logger.addAppender(lines);
        logger.setLevel(Level.INFO);
        rig = new IngressRig();
    }

    @AfterEach
    void stop() {
        rig.close();
        logger.setLevel(before);
        logger.detachAppender(lines);
    }

    @Test
    void aCallThatWentWell() {
        rig.client
                .engage("fn_request_id", "r-1")
                .tryCall(IngressRig.MODEL)
                .data("whole", true)
                .result();

        assertThat(lines.next())
                .containsEntry("callId", "call-1")
                .containsEntry("fn_request_id", "r-1")
                .containsEntry("app", "app")
                .containsEntry("fn", "fn")
                .containsEntry("image", "img:1")
                .containsEntry("end", "ok")
                .containsEntry("start", "hot")
                .containsEntry("in", 5L)
                .containsEntry("out", 5L)
                .containsKeys("waitedUs", "ranUs", "headUs")
                .doesNotContainKeys("error", "cold", "refused", "cpuUs");
        rig.assertNothingLeft();
    }

    @Test
    void aCallThatFailed() {
        rig.worker.script = FakeWorker.fail(ErrorCode.FUNCTION_FAILED);

        rig.client.engage().tryCall(IngressRig.MODEL).data("", true).result();

        assertThat(lines.next())
                .containsEntry("end", "FUNCTION_FAILED")
                .containsEntry("wire", 502)
                .containsEntry("blame", "function");
        rig.assertNothingLeft();
    }

    @Test
    void oneLineACallAndNoneWhereItIsOff() {
        rig.client.engage().tryCall(IngressRig.MODEL).data("", true).result();
        lines.next();
        logger.setLevel(Level.OFF);
        rig.client.engage().tryCall(IngressRig.MODEL).data("", true).result();
        rig.assertNothingLeft();

        assertThat(lines.seen).isEmpty();
    }
}
