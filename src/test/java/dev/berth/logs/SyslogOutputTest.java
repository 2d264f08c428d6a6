package dev.berth.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.call.SyslogAddress;
import dev.berth.config.FunctionLogConfig;
import dev.berth.conformance.Rule;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines on their way to real servers. Whatever happens on the way, no socket is left. */
@Timeout(60)
final class SyslogOutputTest {
    private static final int BUFFER = 64 * 1024;
    private static final long LIMIT_SECONDS = 30;
    private static final Pattern DROPPED =
            Pattern.compile(".* -----syslog server slow or lost, (\\d+) lines dropped-----");

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    private final Context context = vertx.getOrCreateContext();

    /** What Vert.x opens once, to resolve names, is no leak. */
    @BeforeEach
    void resolveOnce() throws Exception {
        try (SyslogServer server = SyslogServer.tcp()) {
            SyslogOutput output = opened(server.url());
            await(output::close);
        }
    }

    @AfterEach
    void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    private <T> T await(Supplier<Future<T>> work) throws Exception {
        Promise<T> done = Promise.promise();
        context.runOnContext(turn -> work.get().onComplete(done));
        return done.future().toCompletionStage().toCompletableFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    private SyslogOutput output(String url, String route, Path authority) {
        return new SyslogOutput(vertx, new FunctionLogConfig.Syslog(BUFFER, authority), LogLines.ORIGIN, url, route);
    }

    private SyslogForwarder forwarder(SyslogServer server) {
        SyslogConnector connector = new SyslogConnector(
                vertx, SyslogAddress.parse(server.url()), new FunctionLogConfig.Syslog(BUFFER, null));
        return new SyslogForwarder(vertx, LogLines.ORIGIN, connector, SyslogFormat.tagged("host", "tag"), BUFFER);
    }

    private SyslogOutput opened(String url) throws Exception {
        SyslogOutput output = output(url, null, null);
        await(output::open);
        return output;
    }

    private void accept(SyslogOutput output, String... texts) throws Exception {
        List<LogLine> lines = Stream.of(texts).map(LogLines::line).toList();
        await(() -> {
            output.accept(lines);
            return Future.succeededFuture();
        });
    }

    private static int sockets() {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return (int) open.filter(SyslogOutputTest::socket).count();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean socket(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
        } catch (IOException closedMeanwhile) {
            return false;
        }
    }

    /** Both ends of this process count, and the server's may take a moment longer. */
    private void untilSockets(int count) throws Exception {
        long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (sockets() > count) {
            assertThat(System.nanoTime())
                    .as("not %s but %s sockets", count, sockets())
                    .isLessThan(limit);
            await(() -> vertx.timer(10));
        }
    }

    private SyslogServer server(String transport) throws Exception {
        return switch (transport) {
            case "udp" -> SyslogServer.udp();
            case "tcp" -> SyslogServer.tcp();
            case "unix" -> SyslogServer.unix(folder.resolve("s"));
            default -> {
                SyslogServer.Identity identity = SyslogServer.Identity.in(folder);
                yield SyslogServer.tls(identity.certificate(), identity.key());
            }
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"udp", "tcp", "tls", "unix"})
    @Rule("syslog-runner")
    void linesArriveInOrderAndNothingIsLeftOpen(String transport) throws Exception {
        try (SyslogServer server = server(transport)) {
            int before = sockets();
            SyslogOutput output =
                    output(server.url(), null, transport.equals("tls") ? folder.resolve("syslog.crt") : null);
            await(output::open);
            assertThat(sockets()).isGreaterThan(before);

            accept(output, "one", "", "two");
            accept(output, "three");
            await(output::close);

            assertThat(server.next()).startsWith("<14>1 ").endsWith(" app_id=app,fn_id=fn - one");
            assertThat(server.next()).endsWith(" - two");
            assertThat(server.next()).endsWith(" - three");
            untilSockets(before);
            accept(output, "too late");
            await(output::close);
            assertThat(server.unread()).isZero();
        }
    }

    @Test
    @Rule("syslog-absent")
    void serverOfAnUnknownAuthorityIsNone() throws Exception {
        try (SyslogServer server = server("tls")) {
            unavailable(output(server.url(), null, null), "Syslog Unavailable");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "tcp+tls"})
    @Rule("syslog-absent")
    void absentServerIsToldAndLeavesNothing(String scheme) throws Exception {
        int before = sockets();
        unavailable(output(SyslogServer.nobody().replace("tcp:", scheme + ":"), null, null), "Syslog Unavailable");
        untilSockets(before);
    }

    @Test
    void addressThatIsNoneAndSocketThatIsNot() throws Exception {
        unavailable(output("nonsense", null, null), "Invalid syslog_url: 'nonsense' is not an address such as");
        unavailable(output("unix://" + folder.resolve("none"), null, null), "Syslog Unavailable");
        unavailable(output("udp://unknown.invalid", null, null), "Syslog Unavailable");
    }

    private void unavailable(SyslogOutput output, String text) throws Exception {
        assertThatThrownBy(() -> await(output::open))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .hasMessageStartingWith(text);
        await(output::close);
    }

    /** Accepts no connection, so that one can neither be made nor be refused. */
    @Test
    void openingThatIsGivenUpLeavesNothing() throws Exception {
        int before = sockets();
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            SyslogOutput output = output("tcp+tls://127.0.0.1:" + full.getLocalPort(), null, null);
            assertThatThrownBy(() -> await(() -> output.open().timeout(200, TimeUnit.MILLISECONDS)))
                    .cause()
                    .isInstanceOf(TimeoutException.class);

            await(output::close);
        }
        untilSockets(before);
    }

    @Test
    @Rule("syslog-lost")
    void lostConnectionIsMadeAgainAndLinesWaitForIt() throws Exception {
        int before = sockets();
        SyslogServer first = SyslogServer.tcp();
        SyslogForwarder forwarder = forwarder(first);
        await(forwarder::open);
        await(() -> accepted(forwarder, List.of(LogLines.line("before"))));
        assertThat(first.next()).endsWith(" before");
        first.close();
        until(() -> !forwarder.connected());

        await(() -> accepted(forwarder, List.of(LogLines.line("meanwhile"))));
        try (SyslogServer second = SyslogServer.tcp(first.port())) {
            assertThat(second.next()).endsWith(" meanwhile");
            await(() -> accepted(forwarder, List.of(LogLines.line("after"))));
            assertThat(second.next()).endsWith(" after");
            await(forwarder::close);
            second.untilDeserted();
        }
        untilSockets(before);
    }

    @Test
    @Rule("syslog-lost")
    void whatNoServerTakesIsBoundedAndCounted() throws Exception {
        SyslogServer first = SyslogServer.tcp();
        SyslogForwarder forwarder = forwarder(first);
        await(forwarder::open);
        first.close();
        until(() -> !forwarder.connected());
        int count = 10_000;
        for (int i = 0; i < count; i++) {
            LogLine line = LogLines.line("line " + i);
            assertThat(await(() -> accepted(forwarder, List.of(line)))).isLessThanOrEqualTo((long) BUFFER);
        }

        try (SyslogServer second = SyslogServer.tcp(first.port())) {
            Matcher notice = DROPPED.matcher(second.next());
            assertThat(notice.matches()).isTrue();
            int dropped = Integer.parseInt(notice.group(1));
            for (int i = dropped; i < count; i++) {
                assertThat(second.next()).endsWith(" line " + i);
            }
            assertThat(count - dropped).isGreaterThan(100);
            await(forwarder::close);
        }
    }

    /** The server takes what fits between its kernel and ours, and the rest of 48 MiB is dropped, but for the limit. */
    @Test
    @Rule("syslog-slow")
    void slowServerCostsNoMoreThanTheBuffer() throws Exception {
        int lines = 48 * 1024;
        String text = "x".repeat(1_000);
        try (SyslogServer server = SyslogServer.thatReadsNothing()) {
            SyslogForwarder forwarder = forwarder(server);
            await(forwarder::open);
            NetSocket connection = server.arrival();
            List<LogLine> batch = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                batch.add(LogLines.line(text));
            }
            for (int i = 0; i < lines / 16; i++) {
                assertThat(await(() -> accepted(forwarder, batch))).isLessThanOrEqualTo((long) BUFFER);
            }
            server.read();
            await(() -> accepted(forwarder, List.of(LogLines.line("last"))));
            await(forwarder::close);

            long got = 0;
            long dropped = 0;
            for (String message = server.next(); !message.endsWith(" last"); message = server.next()) {
                Matcher notice = DROPPED.matcher(message);
                if (notice.matches()) {
                    dropped += Long.parseLong(notice.group(1));
                } else {
                    got++;
                }
            }
            assertThat(dropped).isPositive();
            assertThat(got + dropped).isEqualTo(lines);
            assertThat(connection).isNotNull();
            server.untilDeserted();
        }
    }

    @Test
    @Rule("syslog-end")
    void endWaitsForASlowServerForAMomentOnly() throws Exception {
        int before = sockets();
        try (SyslogServer server = SyslogServer.thatReadsNothing()) {
            SyslogForwarder forwarder = forwarder(server);
            await(forwarder::open);
            NetSocket connection = server.arrival();
            fillUp(forwarder);
            long began = System.nanoTime();

            await(forwarder::close);

            assertThat(System.nanoTime() - began)
                    .isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(SyslogForwarder.FLUSH_MILLIS))
                    .isLessThan(TimeUnit.MILLISECONDS.toNanos(5 * SyslogForwarder.FLUSH_MILLIS));
            // The server's own end remains, as it does not read that there is nobody at the other.
            untilSockets(before + 2);
            assertThat(connection).isNotNull();
        }
        untilSockets(before);
    }

    /** Until both kernels' buffers are full: their size is theirs to choose, and grows with use. */
    private void fillUp(SyslogForwarder forwarder) throws Exception {
        List<LogLine> batch = Stream.generate(() -> LogLines.line("x".repeat(16_000)))
                .limit(8)
                .toList();
        boolean full = false;
        while (!full) {
            long waiting = await(() -> accepted(forwarder, batch));
            full = waiting > 0 && await(() -> vertx.timer(200).map(later -> forwarder.bytes())) > 0;
        }
    }

    @Test
    @Rule("syslog-end")
    void endWithoutAServerComesAtOnce() throws Exception {
        SyslogServer server = SyslogServer.tcp();
        SyslogOutput output = opened(server.url());
        accept(output, "a");
        server.close();
        accept(output, "b");
        accept(output, "c");

        await(output::close);
    }

    @Test
    @Rule("old-syslog-several")
    void legacyCallMayNameSeveralServersOfWhichOneIsEnough() throws Exception {
        String absent = SyslogServer.nobody();
        try (SyslogServer udp = SyslogServer.udp();
                SyslogServer tcp = SyslogServer.tcp()) {
            SyslogOutput output = output(udp.url() + "," + absent + ", " + tcp.url(), "/route", null);
            await(output::open);
            accept(output, "line");

            String message = "<14>2 2023-11-14T22:13:20Z fn - - - - call_id=call-1 func_name=/route app_id=app line";
            assertThat(udp.next()).isEqualTo(message);
            assertThat(tcp.next()).isEqualTo(message);
            await(output::close);
            tcp.untilDeserted();
        }
        unavailable(output(absent + "," + absent, "/route", null), "Syslog Unavailable");
    }

    private static Future<Long> accepted(SyslogForwarder forwarder, List<LogLine> lines) {
        forwarder.accept(lines);
        return Future.succeededFuture(forwarder.bytes());
    }

    private void until(Supplier<Boolean> condition) throws Exception {
        long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (!await(() -> Future.succeededFuture(condition.get()))) {
            assertThat(System.nanoTime()).isLessThan(limit);
        }
    }
}
