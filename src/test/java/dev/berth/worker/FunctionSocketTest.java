package dev.berth.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.conformance.Rule;
import dev.berth.engine.SwappedNames;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a function does with its directory, the runner connects to a socket that was made in it. */
final class FunctionSocketTest {
    private static final int SWAPS = 2_000;
    private static final int FIRST_LOOKS = 20_000;

    @TempDir
    private Path root;

    private final Vertx vertx = Vertx.vertx();
    private final List<ServerSocketChannel> servers = new ArrayList<>();
    private SocketDirectory directory;
    private FunctionSocket socket;

    @BeforeEach
    void make() throws IOException {
        directory = new SocketDirectory(Files.createDirectory(root.resolve("1")), false);
        Files.createDirectory(directory.path());
        socket = new FunctionSocket(vertx, directory);
    }

    @AfterEach
    void close() throws Exception {
        for (ServerSocketChannel server : servers) {
            server.close();
        }
        WorkerRig.await(vertx.close());
        directory.remove();
        assertThat(root.resolve("1")).doesNotExist();
    }

    private ServerSocketChannel listen(Path path) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(path));
        servers.add(server);
        return server;
    }

    private Path mine(String name) {
        return directory.path().resolve(name);
    }

    private void show(String target) throws IOException {
        Files.deleteIfExists(mine("lsnr.sock"));
        Files.createSymbolicLink(mine("lsnr.sock"), Path.of(target));
    }

    private Path located() throws Exception {
        return WorkerRig.await(socket.locate());
    }

    private List<Path> pins() throws IOException {
        try (Stream<Path> entries = Files.list(directory.home())) {
            return entries.filter(entry -> !entry.equals(directory.path())).toList();
        }
    }

    private static void assertReaches(Path path, ServerSocketChannel server) throws IOException {
        server.configureBlocking(false);
        try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            SocketChannel accepted = server.accept();
            assertThat(accepted).as("connection of " + client).isNotNull();
            accepted.close();
        }
    }

    private void refuses() {
        assertThatThrownBy(socket::find)
                .isInstanceOfSatisfying(
                        RunnerException.class, error -> assertThat(error.code()).isEqualTo(ErrorCode.INIT_FAILED));
    }

    @Test
    void theSocketIsReachedByANameOutsideOfTheFunctionsPart() throws Exception {
        ServerSocketChannel function = listen(mine("phonylsnr.sock"));
        show("phonylsnr.sock");

        assertThat(located()).hasParent(directory.home());
        assertReaches(located(), function);
        assertThat(pins()).hasSize(1);
    }

    @Test
    void aLinkToAForeignSocketThatReplacesAGoodOneIsNotFollowed() throws Exception {
        ServerSocketChannel function = listen(mine("phonylsnr.sock"));
        ServerSocketChannel foreign = listen(root.resolve("engine.sock"));
        show("phonylsnr.sock");
        located();
        for (String target : List.of(root.resolve("engine.sock").toString(), "../../engine.sock", "phonylsnr.sock")) {
            Files.deleteIfExists(mine("phonylsnr.sock"));
            Files.createSymbolicLink(mine("phonylsnr.sock"), root.resolve("engine.sock"));
            show(target);

            assertReaches(located(), function);
            foreign.configureBlocking(false);
            assertThat(foreign.accept()).isNull();
        }
    }

    @Test
    void aSocketMadeAnewIsFoundAtTheNextLook() throws Exception {
        listen(mine("lsnr.sock")).close();
        Path first = located();
        Files.delete(mine("lsnr.sock"));
        ServerSocketChannel anew = listen(mine("lsnr.sock"));

        Path second = located();

        assertThat(second).isNotEqualTo(first);
        assertReaches(second, anew);
        assertThat(located()).isEqualTo(second);
        assertThat(pins()).containsExactly(second);
    }

    /** As where a foreign socket may not be linked: to a link of a full file system there is no room either. */
    @Test
    void whereLinkingFailsTheSocketIsMoved() throws Exception {
        directory.remove();
        directory = new SocketDirectories(root, "nr_inodes=4").create();
        socket = new FunctionSocket(vertx, directory);
        ServerSocketChannel function = listen(mine("phonylsnr.sock"));
        show("phonylsnr.sock");

        Path path = located();

        assertThat(path).hasParent(directory.home());
        assertThat(mine("phonylsnr.sock")).doesNotExist();
        assertReaches(path, function);
        assertThat(located()).isEqualTo(path);

        Files.delete(mine("lsnr.sock"));
        ServerSocketChannel anew = listen(mine("lsnr.sock"));
        assertReaches(located(), anew);
        assertThat(pins()).hasSize(1);
    }

    @Test
    void aSocketThatIsShownNoMoreIsStillReached() throws Exception {
        ServerSocketChannel function = listen(mine("lsnr.sock"));
        Path first = located();
        Files.delete(mine("lsnr.sock"));

        assertThat(located()).isEqualTo(first);
        assertReaches(first, function);
    }

    @Test
    void whatIsNoSocketIsRefusedAndLeavesNothing() throws Exception {
        refuses();
        Files.createFile(mine("lsnr.sock"));
        refuses();
        show("..");
        refuses();
        listen(root.resolve("engine.sock"));
        show("../../engine.sock");
        refuses();
        show(root.resolve("engine.sock").toString());
        refuses();
        assertThat(pins()).isEmpty();
    }

    @Test
    @Rule("container-pinned")
    void swappingWhileTheRunnerLooksLeadsNowhereElse() throws Exception {
        ServerSocketChannel foreign = listen(root.resolve("engine.sock"));
        ServerSocketChannel real = listen(mine("real"));
        foreign.configureBlocking(false);
        real.configureBlocking(false);
        AtomicBoolean over = new AtomicBoolean();
        Thread swapper = new Thread(() -> swap(over));
        swapper.start();
        try {
            for (int i = 0; i < SWAPS; i++) {
                try {
                    Path path = socket.find();
                    assertReaches(path, real);
                } catch (RunnerException notGoodAtTheMoment) {
                    assertThat(notGoodAtTheMoment.code()).isEqualTo(ErrorCode.INIT_FAILED);
                }
                assertThat(foreign.accept()).isNull();
            }
        } finally {
            over.set(true);
            swapper.join();
        }
    }

    /** The first look is the one that may be led astray: what is pinned stays. So each is a first one. */
    @Test
    @Rule("container-pinned")
    void swappingAtTheFirstLookLeadsNowhereElse() throws Exception {
        ServerSocketChannel foreign = listen(root.resolve("engine.sock"));
        ServerSocketChannel real = listen(mine("lsnr.sock"));
        foreign.configureBlocking(false);
        Files.createSymbolicLink(mine("away"), root.resolve("engine.sock"));
        SwappedNames swapper = SwappedNames.in(directory.path(), List.of("lsnr.sock", "away"));
        try {
            for (int i = 0; i < FIRST_LOOKS; i++) {
                try {
                    assertReaches(new FunctionSocket(vertx, directory).find(), real);
                } catch (RunnerException notGoodAtTheMoment) {
                    assertThat(notGoodAtTheMoment.code()).isEqualTo(ErrorCode.INIT_FAILED);
                }
                for (Path pin : pins()) {
                    Files.delete(pin);
                }
            }
        } finally {
            swapper.close();
        }
        assertThat(foreign.accept()).isNull();
    }

    /** The name is now the socket, now a link to a foreign one. */
    private void swap(AtomicBoolean over) {
        try {
            while (!over.get()) {
                Files.deleteIfExists(mine("lsnr.sock"));
                Files.createLink(mine("lsnr.sock"), mine("real"));
                Files.delete(mine("lsnr.sock"));
                Files.createSymbolicLink(mine("lsnr.sock"), root.resolve("engine.sock"));
            }
        } catch (NoSuchFileException moved) {
            // The runner was at it.
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
    }
}
