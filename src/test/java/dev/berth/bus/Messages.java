package dev.berth.bus;

import dev.berth.bus.ClusterMessage.Entry;
import dev.berth.call.CallFormat;
import dev.berth.call.ContainerSpec;
import dev.berth.call.ContainerTimings;
import dev.berth.call.SlotKey;
import dev.berth.call.SlotWishes;
import dev.berth.error.ErrorCode;
import dev.berth.why.ColdCause;
import dev.berth.why.Shortage;
import dev.berth.why.SlotFacts;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** One of each message that leaves a node. */
final class Messages {
    static final ContainerTimings TIMINGS = new ContainerTimings(1, 2, 300, 4);
    static final ContainerSpec SPEC = new ContainerSpec(
            new SlotKey(new byte[] {-1, 0}),
            "img",
            CallFormat.CLOUDEVENT,
            Map.of("K", "v"),
            128,
            100,
            7,
            Duration.ofMillis(1500),
            "tcp://logs",
            "app",
            "name",
            "fn",
            "/p",
            "tok",
            Map.of("a", "b"),
            true,
            true,
            new SlotWishes(3, 16));

    private static final SlotFacts FACTS = new SlotFacts(
            SlotFacts.Start.COLD,
            SlotFacts.Waited.BEHIND_BIG,
            3,
            8,
            new ColdCause(ColdCause.Reason.EVICTED, 41_000, 9, "video", 1 << 30, 5),
            SlotFacts.Refused.DEADLINE,
            new Shortage(7, 8, 9, 10, "report", List.of(new Shortage.Holder("thumb", 1, 2))));

    private Messages() {}

    static Stream<Object> all() {
        return Stream.of(
                new RegistryMessage.AcquireSlot("r", 1, "c", SPEC),
                new RegistryMessage.CancelAcquire("r", 2),
                new RegistryMessage.CancelAcquire("r", 2, true),
                new IngressMessage.WaitedInVain(3, SlotFacts.refused(SlotFacts.Refused.DEADLINE)),
                new RegistryMessage.ReturnLease("c", Long.MAX_VALUE),
                new IngressMessage.SlotGranted(1, "g", "w", "c", 2, Duration.ofSeconds(2), 65536, TIMINGS, FACTS),
                new IngressMessage.SlotRefused(
                        8,
                        ErrorCode.SERVER_BUSY.exception(),
                        TIMINGS,
                        FACTS,
                        new ClusterMessage.Entry(-5, 1, 2, 3, 4, 5, 6)),
                new IngressMessage.SlotRefused(7, ErrorCode.PULL_FAILED.exception("x", 404), TIMINGS),
                new WhyMessage.Asked("01HX"),
                new WhyMessage.Told(List.of(new WhyMessage.Kept("a", "ok", "{}"))),
                new ClusterMessage.Hello("i", "node", 1, "0.1", 5, 6),
                new ClusterMessage.Goodbye("i"),
                new ClusterMessage.Digest("i", 1, 9, 8, true, 7, 6, 1000, List.of(new Entry(-1, 1, 2, 3, 4, 5, 6))),
                new ClusterMessage.Beat("i", 0),
                new ClusterMessage.DigestWanted("i", 3),
                new ClusterMessage.WhoHas("i", "r", 4, -9),
                new IngressMessage.Holders(
                        5, List.of(new IngressMessage.Holders.Holder("i", new Entry(-1, 1, 2, 3, 4, 5, 6)))),
                new IngressMessage.Holders(6, List.of()));
    }
}
