package dev.berth.engine.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.engine.EngineContainer;
import io.vertx.core.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Images with a health check, on a real engine. */
@Timeout(120)
final class HealthIT {
    private static final String CHECKED = "berth-it-health:1";
    private static RealEngine real;

    @BeforeAll
    static void start() {
        real = RealEngine.start();
        real.makeImage(
                CHECKED,
                "CMD [\"/bin/sh\",\"-c\",\"eval \\\"$SCRIPT\\\"\"]",
                "HEALTHCHECK --interval=1s --retries=1 CMD [\"/bin/ls\",\"/tmp/up\"]");
    }

    @AfterAll
    static void stop() {
        real.removeImage(CHECKED);
        real.close();
    }

    private static EngineContainer started(String image, String script) {
        EngineContainer container = real.create(real.plan(script).image(image).build());
        real.context.await(container::start);
        return container;
    }

    @Test
    void imageWithoutACheckIsHealthyAtOnce() {
        EngineContainer container = started(RealEngine.IMAGE, "sleep 60");

        real.context.await(() -> container.healthy().timeout(5, TimeUnit.SECONDS));

        real.context.await(container::remove);
    }

    @Test
    void checkIsWaitedForAlsoWhileItFails() {
        EngineContainer container = started(CHECKED, "sleep 3; touch /tmp/up; sleep 60");
        Future<Void> healthy = real.context.await(() -> Future.succeededFuture(container.healthy()));
        assertThatThrownBy(() -> real.context.await(() -> container.healthy().timeout(2, TimeUnit.SECONDS)))
                .hasRootCauseInstanceOf(TimeoutException.class);

        real.context.await(() -> healthy);

        assertThat(real.context.await(() -> real.api.inspectContainer(container.id())))
                .hasValueSatisfying(found ->
                        assertThat(found.getState().getHealth().getStatus()).isEqualTo("healthy"));
        real.context.await(container::remove);
    }

    @Test
    void endOfTheContainerAndItsRemovalEndTheWait() {
        EngineContainer ending = started(CHECKED, "sleep 1");
        real.context.await(ending::healthy);
        real.context.await(ending::remove);

        EngineContainer removed = started(CHECKED, "sleep 60");
        Future<Void> healthy = real.context.await(() -> Future.succeededFuture(removed.healthy()));
        real.context.await(removed::remove);
        real.context.await(() -> healthy);
    }
}
