package dev.berth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sockets are seen when they appear, and judged. */
final class SocketWatcherTest {
    @TempDir
    private Path directory;

    private SocketWatcher watcher;
    private final BlockingQueue<Boolean> seen = new LinkedBlockingQueue<>();
    private final List<ServerSocketChannel> sockets = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        watcher = SocketWatcher.start();
    }

    @AfterEach
    void stop() throws IOException {
        watcher.close();
        for (ServerSocketChannel socket : sockets) {
            socket.close();
        }
    }

    private SocketWatcher.Watch watch(Path watched) throws IOException {
        return watcher.watch(watched, () -> seen.add(SocketCheck.find(watched, SocketWatcher.SOCKET) != null));
    }

    private Path socket(String name) throws IOException {
        ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        Path path = directory.resolve(name);
        socket.bind(UnixDomainSocketAddress.of(path));
        sockets.add(socket);
        return path;
    }

    private void link(String target) throws IOException {
        Files.createSymbolicLink(directory.resolve(SocketWatcher.SOCKET), Path.of(target));
    }

    private void sees(boolean good) throws InterruptedException {
        assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo(good);
    }

    @Test
    void aSocketIsGood() throws Exception {
        watch(directory);
        socket("lsnr.sock");
        sees(true);
    }

    @Test
    void aSocketThatIsThereAlreadyIsSeen() throws Exception {
        socket("lsnr.sock");
        watch(directory);
        sees(true);
    }

    @Test
    void aSocketRenamedIntoPlaceIsGood() throws Exception {
        watch(directory);
        Files.move(socket("made.sock"), directory.resolve("lsnr.sock"));
        sees(true);
    }

    @Test
    void aLinkWithinTheDirectoryIsGoodIfItLeadsToASocket() throws Exception {
        watch(directory);
        socket("phony.sock");
        Files.createSymbolicLink(directory.resolve("second"), Path.of("./phony.sock"));
        link("second");
        sees(true);
    }

    @Test
    void aLinkOutOfTheDirectoryIsBad() throws Exception {
        for (String target :
                List.of("../x/phony.sock", "/tmp/phony.sock", "sub/phony.sock", "..", ".", "./.", "./..")) {
            watch(directory);
            link(target);
            sees(false);
            Files.delete(directory.resolve("lsnr.sock"));
        }
    }

    @Test
    void anAbsoluteLinkToTheRightSocketIsBadAllTheSame() throws Exception {
        watch(directory);
        link(socket("phony.sock").toString());
        sees(false);
    }

    @Test
    void aSecondLinkOutOfTheDirectoryIsBad() throws Exception {
        watch(directory);
        Files.createSymbolicLink(directory.resolve("second"), Path.of("/var/run/other.sock"));
        link("second");
        sees(false);
    }

    @Test
    void aLoopOfLinksIsBad() throws Exception {
        watch(directory);
        link("lsnr.sock");
        sees(false);
    }

    @Test
    void aFileADirectoryAndADanglingLinkAreBad() throws Exception {
        watch(directory);
        Files.createFile(directory.resolve("lsnr.sock"));
        sees(false);
        Files.delete(directory.resolve("lsnr.sock"));

        watch(directory);
        Files.createDirectory(directory.resolve("lsnr.sock"));
        sees(false);
        Files.delete(directory.resolve("lsnr.sock"));

        watch(directory);
        link("nowhere");
        sees(false);
    }

    @Test
    void onlyTheFirstAppearanceCountsAndTheWatchEndsWithIt() throws Exception {
        watch(directory);
        Files.createFile(directory.resolve("lsnr.sock"));
        sees(false);
        assertThat(watcher.watched()).isZero();
        Files.delete(directory.resolve("lsnr.sock"));
        socket("lsnr.sock");
        seesNothingMore();
    }

    @Test
    void otherNamesAreIgnored() throws Exception {
        watch(directory);
        socket("other.sock");
        Files.createFile(directory.resolve("lsnr.sock.tmp"));
        seesNothingMore();
        assertThat(watcher.watched()).isEqualTo(1);
    }

    @Test
    void aSocketIsSeenAmongMoreFilesThanTheWatchCanCount() throws Exception {
        watch(directory);
        for (int i = 0; i < 5_000; i++) {
            Files.createFile(directory.resolve("file" + i));
        }
        socket("lsnr.sock");
        sees(true);
    }

    @Test
    void aCancelledWatchSeesNothing() throws Exception {
        SocketWatcher.Watch watch = watch(directory);
        watch.cancel();
        watch.cancel();
        assertThat(watcher.watched()).isZero();
        socket("lsnr.sock");
        seesNothingMore();
    }

    /** What has been done so far has been looked at when a directory watched later has been. */
    private void seesNothingMore() throws Exception {
        Path later = Files.createDirectory(directory.resolve("later"));
        watch(later);
        Files.createFile(later.resolve("lsnr.sock"));
        sees(false);
        assertThat(seen).isEmpty();
    }
}
