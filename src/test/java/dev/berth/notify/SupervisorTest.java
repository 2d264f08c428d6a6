package dev.berth.notify;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SupervisorTest {
    private static final String SHORT_WATCHDOG = "30000";

    @TempDir
    Path folder;

    /** Each time the event loops are asked, what they are to run. */
    private final BlockingQueue<Runnable> asked = new LinkedBlockingQueue<>();

    private final Map<String, String> environment = new HashMap<>();
    private FakeSupervisor systemd;
    private Supervisor supervisor;

    @BeforeEach
    void listen() {
        String path = folder.resolve("notify").toString();
        systemd = new FakeSupervisor(path);
        environment.put("NOTIFY_SOCKET", path);
    }

    @AfterEach
    void close() {
        if (supervisor != null) {
            supervisor.close();
        }
        systemd.close();
        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> thread.getName().startsWith("berth-notify"))
                .allSatisfy(thread -> {
                    thread.join(30_000);
                    assertThat(thread.isAlive()).as("ends").isFalse();
                });
    }

    @Test
    void isToldWhenCallsAreTakenAndWhenNoMore() throws Exception {
        supervisor = Supervisor.of(environment);

        supervisor.ready("listening", asked::add);
        assertThat(systemd.next()).containsExactly("READY=1", "STATUS=listening");

        supervisor.stopping("draining");
        assertThat(systemd.next())
                .containsExactly("STOPPING=1", "STATUS=draining", "WATCHDOG=1", "EXTEND_TIMEOUT_USEC=15000000");
    }

    @Test
    void abstractSocketIsReachedToo() throws Exception {
        String name = "@berth-test-" + UUID.randomUUID();
        try (FakeSupervisor other = new FakeSupervisor(name)) {
            environment.put("NOTIFY_SOCKET", name);
            supervisor = Supervisor.of(environment);

            supervisor.ready("listening", asked::add);

            assertThat(other.next()).contains("READY=1");
        }
    }

    @Test
    void watchdogIsFedWhenTheLoopsHaveTurnedAndOnlyThen() throws Exception {
        environment.put("WATCHDOG_USEC", SHORT_WATCHDOG);
        environment.put("WATCHDOG_PID", Long.toString(ProcessHandle.current().pid()));
        supervisor = Supervisor.of(environment);
        supervisor.ready("listening", asked::add);
        systemd.next();

        Runnable first = question();
        assertThat(systemd.now()).as("before the loops have answered").isNull();
        first.run();
        assertThat(systemd.next()).containsExactly("WATCHDOG=1");

        Runnable second = question();
        assertThat(systemd.now()).isNull();
        second.run();
        assertThat(systemd.next()).containsExactly("WATCHDOG=1");
    }

    @Test
    void watchdogOfAnotherProcessIsNotFed() throws Exception {
        environment.put("WATCHDOG_USEC", SHORT_WATCHDOG);
        environment.put("WATCHDOG_PID", "1");
        supervisor = Supervisor.of(environment);
        supervisor.ready("listening", asked::add);
        systemd.next();

        assertThat(asked.poll(100, TimeUnit.MILLISECONDS)).isNull();
    }

    @Test
    void stopWhoseLoopsAreStuckGetsNoMoreTime() throws Exception {
        environment.put("WATCHDOG_USEC", SHORT_WATCHDOG);
        supervisor = Supervisor.of(environment);
        supervisor.ready("listening", asked::add);
        systemd.next();
        Runnable unanswered = question();

        supervisor.stopping("draining");

        assertThat(systemd.next()).contains("STOPPING=1");
        assertThat(systemd.now()).isNull();
        unanswered.run();
        assertThat(systemd.next()).as("they turn again").contains("EXTEND_TIMEOUT_USEC=15000000");
    }

    @Test
    void withoutASupervisorNothingIsToldAndNothingFails() {
        supervisor = Supervisor.of(Map.of());
        supervisor.ready("listening", asked::add);
        supervisor.stopping("draining");

        environment.put("NOTIFY_SOCKET", folder.resolve("nobody").toString());
        supervisor = Supervisor.of(environment);
        supervisor.ready("listening", asked::add);

        assertThat(systemd.now()).isNull();
        assertThat(asked).isEmpty();
    }

    private Runnable question() throws InterruptedException {
        Runnable question = asked.poll(30, TimeUnit.SECONDS);
        assertThat(question).as("the loops are asked").isNotNull();
        return question;
    }
}
