package dev.berth.observe;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.encoder.Encoder;
import dev.berth.config.RunnerLogConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.slf4j.LoggerFactory;

/**
 * Sets up the log by the settings, in place of whatever logback found by itself.
 *
 * <p>Lines are written by a thread of their own, so that a slow destination never holds an event loop. When
 * more than {@value #QUEUE} lines wait, further ones are dropped; below warn that begins at four fifths.
 */
public final class LogSetup {
    static final int QUEUE = 4096;

    /** The logger of the lines that each call has. */
    public static final String ACCESS = "berth.access";

    private static final int FLUSH_MILLIS = 2_000;

    private LogSetup() {}

    /** The log of a runner. A destination that cannot be had is replaced by stderr, with a warning. */
    public static void start(RunnerLogConfig config) {
        configure(context(), config);
    }

    /** The log of a command: warnings and errors, short, on stderr. */
    public static void quiet() {
        LoggerContext context = context();
        context.reset();
        Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.WARN);
        root.addAppender(console(context, text(context, TextLines.Shape.SHORT)));
    }

    /** Writes what still waits. Blocks, two seconds at most. Nothing is logged afterwards. */
    public static void stop() {
        context().stop();
    }

    static void configure(LoggerContext context, RunnerLogConfig config) {
        context.reset();
        Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.valueOf(config.level().name()));
        // Netty tells every buffer at debug; that is of use to nobody but its authors.
        if (config.level() != RunnerLogConfig.Level.TRACE) {
            context.getLogger("io.netty")
                    .setLevel(Level.toLevel(
                            config.level() == RunnerLogConfig.Level.DEBUG
                                    ? "INFO"
                                    : config.level().name()));
        }
        quietenPort(context, config.level());
        quietenCluster(context, config.level());
        context.getLogger(ACCESS).setLevel(config.access() ? Level.INFO : Level.OFF);
        String problem = "";
        Appender<ILoggingEvent> target;
        try {
            target = destination(context, config);
        } catch (IOException | IllegalArgumentException e) {
            problem = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            target = console(context, lines(context, config));
        }
        root.addAppender(async(context, target));
        if (!problem.isEmpty()) {
            context.getLogger(LogSetup.class)
                    .atWarn()
                    .addKeyValue("destination", config.destination())
                    .log("log destination failed, using stderr: {}", problem);
        }
    }

    /** What a client may bring about at will would fill the log: frames of streams that are reset, broken connections. */
    private static void quietenPort(LoggerContext context, RunnerLogConfig.Level level) {
        if (level == RunnerLogConfig.Level.INFO) {
            context.getLogger("io.netty.handler.codec.http2").setLevel(Level.WARN);
        }
    }

    /**
     * A node that is gone is told once, by us: the bus would tell every connection that is refused, with a stack trace,
     * and the membership every step of its own.
     */
    private static void quietenCluster(LoggerContext context, RunnerLogConfig.Level level) {
        if (level != RunnerLogConfig.Level.TRACE && level != RunnerLogConfig.Level.DEBUG) {
            context.getLogger("io.vertx.core.eventbus.impl.clustered").setLevel(Level.ERROR);
            context.getLogger("com.hazelcast").setLevel(Level.ERROR);
            // What fails at a start is told by us as well, without a stack trace.
            context.getLogger("io.vertx.core.impl.VertxImpl").setLevel(Level.OFF);
            context.getLogger("com.hazelcast.instance.impl.Node").setLevel(Level.OFF);
            context.getLogger("com.hazelcast.internal.cluster.impl.TcpIpJoiner").setLevel(Level.OFF);
            context.getLogger("com.hazelcast.internal.cluster.impl.DiscoveryJoiner")
                    .setLevel(Level.OFF);
            // Says why a node is not let in.
            context.getLogger("com.hazelcast.cluster").setLevel(Level.WARN);
        }
    }

    private static Appender<ILoggingEvent> destination(LoggerContext context, RunnerLogConfig config)
            throws IOException {
        if (config.destination().equals("stderr")) {
            return console(context, lines(context, config));
        }
        URI url = URI.create(config.destination());
        return url.getScheme().equals("file")
                ? file(context, Path.of(url.getPath()), lines(context, config))
                : syslog(context, url, config);
    }

    private static Appender<ILoggingEvent> console(LoggerContext context, Encoder<ILoggingEvent> encoder) {
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setContext(context);
        appender.setTarget("System.err");
        appender.setEncoder(encoder);
        appender.start();
        return appender;
    }

    private static Appender<ILoggingEvent> file(LoggerContext context, Path file, Encoder<ILoggingEvent> encoder)
            throws IOException {
        if (!Files.exists(file)) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        FileAppender<ILoggingEvent> appender = new FileAppender<>();
        appender.setContext(context);
        appender.setFile(file.toString());
        appender.setAppend(true);
        appender.setEncoder(encoder);
        appender.start();
        if (!appender.isStarted()) {
            throw new IOException("cannot write " + file);
        }
        return appender;
    }

    private static Appender<ILoggingEvent> syslog(LoggerContext context, URI url, RunnerLogConfig config)
            throws IOException {
        Encoder<ILoggingEvent> body = config.format() == RunnerLogConfig.Format.JSON
                ? lines(context, config)
                : text(context, TextLines.Shape.BODY);
        SyslogLines lines = new SyslogLines(config.prefix().isEmpty() ? "berth" : config.prefix());
        RemoteAppender appender = new RemoteAppender(RemoteSocket.open(url), lines, body);
        appender.setContext(context);
        appender.start();
        return appender;
    }

    private static Encoder<ILoggingEvent> lines(LoggerContext context, RunnerLogConfig config) {
        return switch (config.format()) {
            case TEXT -> text(context, TextLines.Shape.FULL);
            case JSON -> {
                JsonLines json = new JsonLines();
                json.setContext(context);
                json.start();
                yield json;
            }
        };
    }

    private static Encoder<ILoggingEvent> text(LoggerContext context, TextLines.Shape shape) {
        TextLines encoder = new TextLines(shape);
        encoder.setContext(context);
        encoder.start();
        return encoder;
    }

    private static Appender<ILoggingEvent> async(LoggerContext context, Appender<ILoggingEvent> target) {
        AsyncAppender appender = new AsyncAppender();
        appender.setContext(context);
        appender.setName("berth-log");
        appender.setQueueSize(QUEUE);
        appender.setNeverBlock(true);
        appender.setMaxFlushTime(FLUSH_MILLIS);
        appender.addFilter(new Unlogged());
        appender.addFilter(new ClosedStreams());
        appender.addAppender(target);
        appender.start();
        return appender;
    }

    private static LoggerContext context() {
        return (LoggerContext) LoggerFactory.getILoggerFactory();
    }
}
