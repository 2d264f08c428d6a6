package dev.berth.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.berth.ingress.Await;
import dev.berth.observe.Unlogged;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

@Timeout(60)
final class RehearsalTest {
    private static final String GLOBAL = "globalEventExecutor";

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final Logger logger = (Logger) LoggerFactory.getLogger("dev.berth.ingress");
    private final Level level = logger.getLevel();
    private final Queue<String> said = new ConcurrentLinkedQueue<>();
    private final AtomicInteger active = new AtomicInteger();
    private final AppenderBase<ILoggingEvent> ear = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            said.add(event.getFormattedMessage());
        }
    };

    @BeforeEach
    void listen() {
        ear.start();
        logger.setLevel(Level.DEBUG);
        logger.setAdditive(false);
        logger.addAppender(ear);
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        logger.detachAppender(ear);
        logger.setLevel(level);
        logger.setAdditive(true);
        Await.of(vertx.close());
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
        Thread[] threads = new Thread[100];
        int count = Unlogged.THREADS.enumerate(threads);
        for (int i = 0; i < count; i++) {
            if (!threads[i].getName().startsWith(GLOBAL)) {
                threads[i].join(TimeUnit.SECONDS.toMillis(Await.LIMIT_SECONDS));
                assertThat(threads[i].isAlive()).as(threads[i].getName()).isFalse();
            }
        }
    }

    private Rehearsal start(int calls) {
        return Rehearsal.start(vertx, folder, new RealLoad(active::get, () -> 0), true, calls);
    }

    @Test
    void everyCallGoesAllTheWayAndSucceeds() {
        Rehearsal rehearsal = start(60);

        Await.of(rehearsal.ended());

        assertThat(rehearsal.made()).isEqualTo(60);
        assertThat(said).hasSize(60).containsOnly("call succeeded");
    }

    @Test
    void nothingIsMadeWhileRealCallsAreInFlight() {
        active.set(1);
        Rehearsal rehearsal = start(60);
        Await.of(rehearsal.begun());

        Await.of(rehearsal.stop());

        assertThat(rehearsal.made()).isZero();
        assertThat(said).isEmpty();
    }

    @Test
    void stopEndsItBeforeItsTime() {
        Rehearsal rehearsal = start(1_000_000);
        Await.of(rehearsal.begun());

        Await.of(rehearsal.stop());

        assertThat(rehearsal.made()).isLessThan(1_000_000);
    }

    @Test
    void stopBeforeItHasBegunLeavesNothingToBegin() throws IOException {
        Rehearsal rehearsal = start(60);

        Await.of(rehearsal.stop());

        assertThat(rehearsal.made()).isZero();
    }

    @Test
    void whereNothingCanBeStartedItEndsWithoutNoise() throws IOException {
        Path inTheWay = Files.createFile(folder.resolve("_"));
        Rehearsal rehearsal = start(60);

        Await.of(rehearsal.ended());

        assertThat(rehearsal.made()).isZero();
        Files.delete(inTheWay);
    }
}
