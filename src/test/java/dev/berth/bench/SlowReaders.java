package dev.berth.bench;

import dev.berth.bench.Report.Aim;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;

/** Clients of one node that read slowly what functions on another have to say: nothing is lost, and nobody holds much of it. */
final class SlowReaders {
    private static final long MIB = 1 << 20;
    private static final int FUNCTION_MIB = 128;
    private static final int STALL_MILLIS = 4000;
    private static final int MOST_RESIDENT_MIB = 400;

    private final BenchRun run;
    private final int readers;
    private final long length;

    SlowReaders(BenchRun run) {
        this.run = run;
        boolean quick = run.pace().seconds() < BenchRun.Pace.FULL.seconds();
        this.readers = quick ? 8 : 64;
        this.length = (quick ? 16 : 256) * MIB;
    }

    void measure() {
        String what = readers + " slow readers of " + length / MIB + " MiB each";
        run.progress(what);
        ClusterNodes nodes = new ClusterNodes(run, "slow", 2, false);
        RunnerProcess small = nodes.start(FUNCTION_MIB / 2);
        RunnerProcess large = nodes.start(readers * FUNCTION_MIB);
        CallSpec spec = CallSpec.of("berth/stream-node")
                .memory(FUNCTION_MIB)
                .timeout(1200)
                .header("X-Mode", "source")
                .header("X-Bytes", Long.toString(length));
        nodes.awaitPlacedElsewhere(
                small, CallSpec.of("berth/echo-node").memory(FUNCTION_MIB), Payload.of(1, Payload.FRAME_OF_CLI));
        String expected = new StreamNodeBytes().sha256(length);
        long start = System.nanoTime();
        List<LargeReply> replies = new ArrayList<>();
        List<Future<Void>> ends = new ArrayList<>();
        for (int i = 0; i < readers; i++) {
            LargeReply reply = new LargeReply(run.driver().vertx(), length / 4, STALL_MILLIS, StreamNodeBytes.sha256());
            replies.add(reply);
            ends.add(run.driver()
                    .await(() -> Future.succeededFuture(reply.run(
                            small.connection(), spec, run.driver().ids().next()))));
        }
        ends.forEach(Driver::block);
        double seconds = (System.nanoTime() - start) / 1e9;
        long right = replies.stream()
                .filter(reply -> reply.sha256().equals(expected))
                .count();
        run.report().figure(what + ": complete and correct", right, "", Aim.atLeast(readers, ""));
        run.report().figure(what + ": in all", readers * length / seconds / 1e6, " MB/s");
        run.report()
                .figure(
                        what + ": memory of their node",
                        small.figures().peakMiB(),
                        " MiB",
                        Aim.atMost(MOST_RESIDENT_MIB, " MiB"));
        run.report()
                .figure(
                        what + ": memory of the functions' node",
                        large.figures().peakMiB(),
                        " MiB",
                        Aim.atMost(MOST_RESIDENT_MIB, " MiB"));
        nodes.stop();
    }
}
