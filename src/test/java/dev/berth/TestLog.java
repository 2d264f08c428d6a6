package dev.berth;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.slf4j.LoggerFactory;

/**
 * The log of the tests: what was logged during a test is printed if it fails, and dropped else. Most tests are about
 * faults, so warnings are expected, and would hide the one that is not.
 */
public final class TestLog implements TestExecutionListener {
    private static final int MOST_LINES = 500;
    private static final Deque<String> LINES = new ArrayDeque<>();
    /** It has a word to say about an interface that vertx-junit5 still implements. Kept, for loggers are not. */
    private static final java.util.logging.Logger JUNIT = java.util.logging.Logger.getLogger("org.junit.jupiter");

    static {
        JUNIT.setLevel(java.util.logging.Level.SEVERE);
    }

    /** Some code under test sets logging up anew, for the whole process. */
    @Override
    public void executionStarted(TestIdentifier test) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        if (root.getAppender(Lines.NAME) == null) {
            context.reset();
            root.setLevel(Level.WARN);
            root.addAppender(Lines.in(context));
        }
        if (test.isTest()) {
            drain();
        }
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (result.getStatus() == TestExecutionResult.Status.FAILED) {
            List<String> lines = drain();
            if (!lines.isEmpty()) {
                System.out.println("log of " + test.getDisplayName() + ":");
                lines.forEach(System.out::print);
            }
        }
    }

    private static List<String> drain() {
        synchronized (LINES) {
            List<String> lines = List.copyOf(LINES);
            LINES.clear();
            return lines;
        }
    }

    private static void keep(String line) {
        synchronized (LINES) {
            if (LINES.size() == MOST_LINES) {
                LINES.remove();
            }
            LINES.add(line);
        }
    }

    private static final class Lines extends AppenderBase<ILoggingEvent> {
        static final String NAME = "TEST";
        private final PatternLayout layout = new PatternLayout();

        static Lines in(LoggerContext context) {
            Lines lines = new Lines();
            lines.setName(NAME);
            lines.setContext(context);
            lines.layout.setContext(context);
            lines.layout.setPattern("%d{HH:mm:ss.SSS} %-5level [%thread] %logger{20} %msg %kvp%n");
            lines.layout.start();
            lines.start();
            return lines;
        }

        @Override
        protected void append(ILoggingEvent event) {
            keep(layout.doLayout(event));
        }
    }
}
