package dev.berth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.RegistryMessage.ContainerReleased;
import dev.berth.call.Header;
import dev.berth.conformance.Rule;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The one connection to a function: kept, closed, and made anew. */
final class ConnectionLifeTest {

    @Test
    @Rule("connection-keep")
    void anIdleConnectionIsClosedAfterItsTimeAndMadeAnew() throws Exception {
        try (WorkerRig rig = new WorkerRig(new RigSettings().keepAlive(Duration.ofMillis(50)))) {
            String id = rig.ready();
            assertThat(rig.call(id).endBody().code()).isNull();
            WorkerRig.until(
                    "connection is closed", () -> rig.engine.last().function().open() == 0);
            assertThat(rig.call(id).write("again").endBody().code()).isNull();
            assertThat(rig.engine.last().function().accepted()).isEqualTo(2);
        }
    }

    @Test
    void aCallLongerThanTheIdleTimeKeepsItsConnection() throws Exception {
        try (WorkerRig rig = new WorkerRig(new RigSettings().keepAlive(Duration.ofMillis(20)))) {
            CountDownLatch go = new CountDownLatch(1);
            rig.engine.serve(talk -> {
                while (talk.readHead()) {
                    talk.readBody();
                    if (rig.engine.last().function().heads().size() > 1) {
                        go.await();
                    }
                    talk.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                }
            });
            String id = rig.ready();
            assertThat(rig.call(id).endBody().code()).isNull();
            rig.heard(ContainerReleased.class);
            TestCall slow = rig.call(id).endBody();
            rig.timer(Duration.ofMillis(60));
            go.countDown();
            assertThat(slow.code()).isNull();
        }
    }

    @Test
    void withoutIdleTimeEachCallHasItsOwnConnection() throws Exception {
        try (WorkerRig rig = new WorkerRig(new RigSettings().keepAlive(Duration.ZERO))) {
            String id = rig.ready();
            for (int i = 1; i <= 3; i++) {
                assertThat(rig.call(id).endBody().code()).isNull();
                rig.heard(ContainerReleased.class);
                assertThat(rig.engine.last().function().accepted()).isEqualTo(i);
            }
            WorkerRig.until(
                    "connections are closed", () -> rig.engine.last().function().open() == 0);
        }
    }

    @Test
    void aFunctionThatMakesItsSocketAnewBetweenCallsIsReached() throws Exception {
        try (WorkerRig rig = new WorkerRig(new RigSettings().keepAlive(Duration.ZERO))) {
            String id = rig.ready();
            FakeEngine.FakeContainer container = rig.engine.last();
            for (int i = 1; i <= 3; i++) {
                TestCall call = rig.call(id).write("body").endBody();
                assertThat(call.code()).isNull();
                assertThat(call.body()).isEqualTo("body");
                rig.heard(ContainerReleased.class);
                container.function().close();
                Files.delete(container.socket("lsnr.sock"));
                container.listen(FakeFunction.echo());
            }
        }
    }

    @Test
    void ofTwoSocketsAFunctionListensAtTheOneItShowsIsUsed() throws Exception {
        try (WorkerRig rig = new WorkerRig(new RigSettings().keepAlive(Duration.ZERO))) {
            String id = rig.ready();
            FakeEngine.FakeContainer container = rig.engine.last();
            assertThat(rig.call(id).endBody().code()).isNull();
            rig.heard(ContainerReleased.class);
            try (FakeFunction old = container.function()) {
                Files.delete(container.socket("lsnr.sock"));
                container.listen(FakeFunction.echo());
                assertThat(rig.call(id).endBody().code()).isNull();
                assertThat(old.accepted()).isEqualTo(1);
                assertThat(container.function().accepted()).isEqualTo(1);
            }
        }
    }

    @Test
    void aFunctionThatClosesAfterEachAnswerIsReconnectedSilently() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            rig.engine.serve(FakeFunction.answeringOnce("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
            String id = rig.ready();
            for (int i = 0; i < 200; i++) {
                TestCall call = rig.call(id).write("body").endBody();
                assertThat(call.code()).isNull();
                assertThat(call.body()).isEqualTo("ok");
                rig.heard(ContainerReleased.class);
                WorkerRig.until(
                        "function has hung up",
                        () -> rig.engine.last().function().open() == 0);
            }
            rig.remove(id);
            rig.assertGone(id);
        }
    }

    @Test
    @Rule("connection-stale")
    void aConnectionFoundClosedByTheFirstWriteIsReconnectedSilently() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            CountDownLatch hangUp = new CountDownLatch(1);
            rig.engine.serve(talk -> {
                talk.readHead();
                talk.readBody();
                talk.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                hangUp.await();
            });
            String id = rig.ready();
            assertThat(rig.call(id).endBody().code()).isNull();
            rig.heard(ContainerReleased.class);

            // While the worker's thread is held up it cannot hear that the function hangs up.
            WorkerRig.Hold hold = rig.holdUp();
            TestCall call = rig.call(id).write("body").endBody();
            hangUp.countDown();
            WorkerRig.until(
                    "function has hung up", () -> rig.engine.last().function().open() == 0);
            hold.release();

            assertThat(call.code()).isNull();
            assertThat(call.body()).isEqualTo("ok");
            assertThat(rig.engine.last().function().accepted()).isEqualTo(2);
        }
    }

    @Test
    void whatAFunctionSaysBetweenCallsOnlyCostsItTheConnection() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            rig.engine.serve(talk -> {
                while (talk.readHead()) {
                    talk.readBody();
                    talk.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                    talk.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno");
                }
            });
            String id = rig.ready();
            for (int i = 1; i <= 3; i++) {
                TestCall call = rig.call(id).endBody();
                assertThat(call.code()).isNull();
                assertThat(call.body()).isEqualTo("ok");
                rig.heard(ContainerReleased.class);
                WorkerRig.until(
                        "connection is closed",
                        () -> rig.engine.last().function().open() == 0);
                assertThat(rig.engine.last().function().accepted()).isEqualTo(i);
            }
        }
    }

    /** More bytes than the length says, as where it is given in characters; a second answer; half of one; junk. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "i",
                "\r\n",
                "HTTP/1.1 200 OK\r\nX-Foreign: secret\r\n",
                "HTTP/1.1 200 OK\r\nX-Foreign: secret\r\nContent-Length: 2\r\n\r\nno",
                "\u0000\u0001 junk"
            })
    void leftOversNeverReachAnotherCall(String surplus) throws Exception {
        String answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        try (WorkerRig rig = WorkerRig.start()) {
            Semaphore later = new Semaphore(0);
            rig.engine.serve(talk -> {
                boolean atOnce = rig.engine.last().function().accepted() % 2 == 1;
                talk.readHead();
                talk.readBody();
                talk.write(atOnce ? answer + surplus : answer);
                if (!atOnce) {
                    later.acquire();
                    talk.write(surplus);
                }
                talk.readToEnd();
            });
            String id = rig.ready();
            for (int i = 1; i <= 6; i++) {
                TestCall call = rig.call(id).write("body").endBody();
                assertThat(call.code()).isNull();
                assertThat(call.body()).isEqualTo("ok");
                assertThat(call.head().headers()).containsExactly(new Header("Content-Length", "2"));
                rig.heard(ContainerReleased.class);
                if (i % 2 == 0) {
                    assertThat(rig.engine.last().function().open()).isEqualTo(1);
                    later.release();
                }
                WorkerRig.until(
                        "connection is closed",
                        () -> rig.engine.last().function().open() == 0);
                assertThat(rig.engine.last().function().accepted()).isEqualTo(i);
            }
            rig.remove(id);
            rig.assertGone(id);
        }
    }

    @Test
    void bytesThatWaitUnheardWhenACallComesAreNotItsAnswer() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            CountDownLatch speak = new CountDownLatch(1);
            CountDownLatch spoken = new CountDownLatch(1);
            String answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";
            rig.engine.serve(talk -> {
                talk.readHead();
                talk.readBody();
                talk.write(answer + "ok");
                if (rig.engine.last().function().accepted() == 1) {
                    speak.await();
                    talk.write(answer + "no");
                    spoken.countDown();
                }
                talk.readToEnd();
            });
            String id = rig.ready();
            assertThat(rig.call(id).endBody().code()).isNull();
            rig.heard(ContainerReleased.class);

            // While the worker's thread is held up it cannot hear what the function says.
            WorkerRig.Hold hold = rig.holdUp();
            TestCall call = rig.call(id).write("body").endBody();
            rig.settleCaller();
            speak.countDown();
            spoken.await();
            hold.release();

            assertThat(call.code()).isNull();
            assertThat(call.body()).isEqualTo("ok");
            assertThat(rig.engine.last().function().accepted()).isEqualTo(2);
        }
    }

    @Test
    @Rule("connection-one")
    void aThousandCallsRunOverOneConnection() throws Exception {
        try (WorkerRig rig = WorkerRig.start()) {
            String id = rig.ready();
            for (int i = 0; i < 1000; i++) {
                TestCall call = rig.call(id).write("call " + i).endBody();
                assertThat(call.code()).isNull();
                assertThat(call.body()).isEqualTo("call " + i);
                rig.heard(ContainerReleased.class);
            }
            assertThat(rig.engine.last().function().accepted()).isEqualTo(1);
            rig.remove(id);
            rig.assertGone(id);
        }
    }
}
