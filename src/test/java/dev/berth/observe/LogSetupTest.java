package dev.berth.observe;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.config.RunnerLogConfig;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LogSetupTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    @TempDir
    Path folder;

    private final LoggerContext context = new LoggerContext();
    private final Logger logger = context.getLogger("dev.berth.Sample");

    @BeforeEach
    void giveTheContextWhatSlf4jWouldGiveIt() {
        context.setMDCAdapter(new LogbackMDCAdapter());
    }

    @AfterEach
    void stop() {
        context.stop();
    }

    @Test
    void jsonLinesCarryTimeLevelTextAndKeys() throws IOException {
        Path file = configureFile(RunnerLogConfig.Level.INFO, RunnerLogConfig.Format.JSON);
        logger.atInfo().addKeyValue("callId", "c1").addKeyValue("port", 7).log("said \"{}\"\n", "it");
        context.stop();

        JsonNode line = new ObjectMapper().readTree(Files.readString(file));
        assertThat(line.get("time").asText()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d+Z");
        assertThat(line.get("level").asText()).isEqualTo("info");
        assertThat(line.get("msg").asText()).isEqualTo("said \"it\"\n");
        assertThat(line.get("callId").asText()).isEqualTo("c1");
        assertThat(line.get("port").isInt()).isTrue();
    }

    @Test
    void jsonLinesCarryTheStackOfAFailure() throws IOException {
        Path file = configureFile(RunnerLogConfig.Level.INFO, RunnerLogConfig.Format.JSON);
        logger.error("broken", new IllegalStateException("because"));
        context.stop();

        List<String> lines = Files.readAllLines(file);
        assertThat(lines).hasSize(1);
        assertThat(new ObjectMapper().readTree(lines.get(0)).get("error").asText())
                .contains("IllegalStateException: because", "LogSetupTest");
    }

    @Test
    void whatUnloggedThreadsSayIsKeptOut() throws Exception {
        Path file = configureFile(RunnerLogConfig.Level.DEBUG, RunnerLogConfig.Format.TEXT);
        Thread unlogged = new Thread(Unlogged.THREADS, () -> logger.error("unheard"));
        unlogged.start();
        unlogged.join();
        logger.debug("heard");
        context.stop();

        assertThat(Files.readAllLines(file))
                .singleElement()
                .asString()
                .contains("heard")
                .doesNotContain("unheard");
    }

    @Test
    void textLinesAreOneLineEach() throws IOException {
        Path file = configureFile(RunnerLogConfig.Level.INFO, RunnerLogConfig.Format.TEXT);
        logger.atWarn().addKeyValue("callId", "c1").log("one\ntwo");
        context.stop();

        assertThat(Files.readAllLines(file))
                .singleElement()
                .asString()
                .matches("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z WARN  Sample one\\\\ntwo callId=\"c1\"");
    }

    @Test
    void linesBelowTheLevelAreLeftOut() throws IOException {
        Path file = configureFile(RunnerLogConfig.Level.WARN, RunnerLogConfig.Format.TEXT);
        logger.info("unheard");
        logger.warn("heard");
        context.stop();

        assertThat(Files.readString(file)).contains("heard").doesNotContain("unheard");
    }

    @Test
    void nettysDebugLinesAreLeftOut() throws IOException {
        Path file = configureFile(RunnerLogConfig.Level.DEBUG, RunnerLogConfig.Format.TEXT);
        context.getLogger("io.netty.buffer").debug("unheard");
        logger.debug("heard");
        context.stop();

        assertThat(Files.readString(file)).contains("heard").doesNotContain("unheard");
    }

    @Test
    void whatAClientCanBringAboutAtWillIsLeftOut() throws IOException {
        Path file = configureFile(RunnerLogConfig.Level.INFO, RunnerLogConfig.Format.TEXT);
        context.getLogger("io.netty.handler.codec.http2.DefaultHttp2ConnectionDecoder")
                .info("unheard: ignoring DATA");
        Logger streams = context.getLogger("io.netty.handler.codec.http2.DefaultHttp2Connection");
        streams.error("unheard", thrownIn("io.vertx.core.http.impl.VertxHttp2Stream$3"));
        streams.error("heard of ours", thrownIn("dev.berth.ingress.ClientConnection"));
        context.stop();

        assertThat(Files.readString(file)).contains("heard of ours").doesNotContain("unheard");
    }

    private static NullPointerException thrownIn(String type) {
        NullPointerException thrown = new NullPointerException("promise is null");
        thrown.setStackTrace(new StackTraceElement[] {new StackTraceElement(type, "cancel", "X.java", 1)});
        return thrown;
    }

    @Test
    void logFileIsForItsOwnerOnlyAndAppendedTo() throws IOException {
        configureFile(RunnerLogConfig.Level.INFO, RunnerLogConfig.Format.TEXT);
        logger.info("first");
        Path file = configureFile(RunnerLogConfig.Level.INFO, RunnerLogConfig.Format.TEXT);
        logger.info("second");
        context.stop();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(Files.readString(file)).contains("first", "second");
    }

    @Test
    void datagramsGoToTheSyslogServer() throws IOException {
        try (DatagramSocket server = new DatagramSocket(0, LOOPBACK)) {
            configure("udp://127.0.0.1:" + server.getLocalPort(), "tag");
            logger.atError().addKeyValue("callId", "c1").log("broken");

            DatagramPacket packet = new DatagramPacket(new byte[1024], 1024);
            server.setSoTimeout(10_000);
            server.receive(packet);
            assertThat(new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8))
                    .matches("<11>\\S+Z \\S+ tag\\[\\d+]: Sample broken callId=\"c1\"\n");
        }
    }

    @Test
    void aForgedLineReachesNoSyslogServer() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, LOOPBACK)) {
            configure("tcp://127.0.0.1:" + server.getLocalPort(), "");
            logger.atError()
                    .addKeyValue("callId", "a\n<8>forged")
                    .setCause(new IllegalStateException("b\n<8>forged"))
                    .log("c\n<8>forged");
            logger.info("two");
            try (Socket connection = server.accept()) {
                connection.setSoTimeout(10_000);
                BufferedReader reader =
                        new BufferedReader(new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8));
                assertThat(reader.readLine())
                        .matches("<11>\\S+ \\S+ berth\\[\\d+]: Sample c\\\\n<8>forged callId=.*")
                        .contains("\\njava.lang.IllegalStateException: b\\n<8>forged\\n\\tat ");
                assertThat(reader.readLine()).contains("Sample two");
            }
        }
    }

    @Test
    void streamGoesToTheSyslogServer() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, LOOPBACK)) {
            configure("tcp://127.0.0.1:" + server.getLocalPort(), "");
            logger.info("one");
            logger.info("two");
            try (Socket connection = server.accept()) {
                connection.setSoTimeout(10_000);
                BufferedReader reader =
                        new BufferedReader(new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8));
                assertThat(reader.readLine()).matches("<14>\\S+ \\S+ berth\\[\\d+]: Sample one ?");
                assertThat(reader.readLine()).contains("Sample two");
            }
        }
    }

    @Test
    void destinationThatCannotBeHadIsReplacedByStderr() throws IOException {
        int closedPort;
        try (ServerSocket server = new ServerSocket(0, 1, LOOPBACK)) {
            closedPort = server.getLocalPort();
        }
        assertReplaced("tcp://127.0.0.1:" + closedPort);
        assertReplaced("file:///no/such/folder/log");
    }

    /** And a line there says so. */
    private void assertReplaced(String destination) {
        PrintStream stderr = System.err;
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
        try {
            configure(destination, "");
            // Lines are written by a thread of their own.
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            while (!written.toString(StandardCharsets.UTF_8).contains(destination)) {
                assertThat(System.nanoTime()).as("written: %s", written).isLessThan(end);
                Thread.onSpinWait();
            }
        } finally {
            System.setErr(stderr);
        }
        assertThat(written.toString(StandardCharsets.UTF_8)).contains("log destination failed, using stderr");
    }

    private Path configureFile(RunnerLogConfig.Level level, RunnerLogConfig.Format format) {
        Path file = folder.resolve("log");
        LogSetup.configure(context, new RunnerLogConfig(level, format, "file://" + file, "", false));
        return file;
    }

    private void configure(String destination, String prefix) {
        LogSetup.configure(
                context,
                new RunnerLogConfig(
                        RunnerLogConfig.Level.INFO, RunnerLogConfig.Format.TEXT, destination, prefix, false));
    }
}
