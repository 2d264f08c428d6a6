package dev.berth.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.config.StreamConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;

/** The arithmetic of two nodes with many streams between them, whatever is sent, read, ended and lost in any order. */
final class SharedRoomProperties {
    private static final long ALL_OF_PEER = 8 << 20;
    private static final int STREAMS = 512;
    private static final int ACTIONS = 10;
    private static final StreamConfig CONFIG =
            new StreamConfig(256 << 10, 64 << 10, Duration.ofSeconds(2), Duration.ofSeconds(10));

    /** @param choices what happens next, and to which call */
    @Property(tries = 300)
    void noMoreThanEightMebibytesAreUnderWayEitherWayAndAllIsGivenBack(
            @ForAll @Size(max = 400) List<@IntRange(max = ACTIONS * STREAMS - 1) Integer> choices,
            @ForAll @IntRange(max = STREAMS) int open) {
        Nodes nodes = new Nodes();
        nodes.open(open);
        for (int choice : choices) {
            nodes.act(choice % ACTIONS, choice / ACTIONS);
            nodes.assertBounded();
        }
        nodes.endAll();
        assertThat(nodes.held()).containsOnly(0L);
    }

    @Property(tries = 100)
    void whoeverHasReadAllMaySendMoreWhateverTheOthersHold(
            @ForAll @Size(max = 200) List<@IntRange(max = ACTIONS * STREAMS - 1) Integer> choices,
            @ForAll @IntRange(min = 1, max = 2 * STREAMS) int open) {
        Nodes nodes = new Nodes();
        nodes.open(open);
        for (int choice : choices) {
            nodes.act(choice % ACTIONS, choice / ACTIONS);
        }
        for (Call call : nodes.calls) {
            for (Direction direction : List.of(call.request, call.answer)) {
                direction.read(Long.MAX_VALUE);
                assertThat(direction.ended || direction.credit.available() >= SharedRoom.LEAST / 2)
                        .as("%d of credit", direction.credit.available())
                        .isTrue();
            }
        }
    }

    /** As long as it reads: it is given at least half of {@code LEAST} at a time, and each time it has read half. */
    @Property(tries = 50)
    void oneThatReadsAmongManyThatDoNotIsGivenAllItReads(@ForAll @IntRange(max = 2 * STREAMS) int stuck) {
        Nodes nodes = new Nodes();
        nodes.open(stuck);
        nodes.sendAll();
        nodes.open(1);
        Direction answer = nodes.calls.get(stuck).answer;
        long before = answer.credit.sent();
        for (int i = 0; i < 1_000; i++) {
            answer.send(Long.MAX_VALUE);
            answer.read(Long.MAX_VALUE);
        }
        assertThat(answer.credit.sent() - before).isGreaterThanOrEqualTo(1_000 * SharedRoom.LEAST / 2);
    }

    @Property(tries = 50)
    void fewAreWideAndMoreShareWhatThereIs(@ForAll @IntRange(min = 1, max = 48) int open) {
        Nodes nodes = new Nodes();
        nodes.open(open);
        for (int i = 0; i < 10; i++) {
            nodes.sendAll();
            nodes.readAll();
        }
        long least = nodes.calls.stream()
                .mapToLong(call -> call.answer.credit.available())
                .min()
                .orElseThrow();
        long fair = (4L << 20) / (open + 4);
        assertThat(least).isGreaterThanOrEqualTo(Math.min(SharedRoom.WIDEST, fair) / 3);
    }

    /** Bytes of one call one way, without a bus. */
    private static final class Direction {
        final CreditWindow credit;
        private final GrantMeter meter;
        private final @Nullable RoomShare presumed;
        private boolean ended;

        Direction(long credit, GrantMeter meter, @Nullable RoomShare presumed) {
            this.credit = new CreditWindow(credit);
            this.meter = meter;
            this.presumed = presumed;
        }

        void send(long wanted) {
            long size = ended ? 0 : Math.min(wanted, credit.available());
            credit.take(size);
            assertThat(meter.received(size)).isTrue();
        }

        void read(long wanted) {
            long size = Math.min(wanted, meter.buffered());
            if (size > 0) {
                long total = meter.consumed(size);
                if (total != GrantMeter.NONE) {
                    assertThat(ended).isFalse();
                    credit.grant(total);
                    give(0);
                }
            }
        }

        void halfClose() {
            ended = true;
            give(credit.sent());
            meter.complete();
        }

        void end() {
            ended = true;
            give(0);
            meter.drop();
        }

        private void give(long kept) {
            if (presumed != null) {
                presumed.keep(kept);
            }
        }

        long underWay() {
            return meter.buffered();
        }
    }

    private record Call(Direction request, Direction answer) {}

    private static final class Nodes {
        final List<Call> calls = new ArrayList<>();
        private final NodePair here = new NodePair();
        private final NodePair there = new NodePair();

        void open(int count) {
            for (int i = 0; i < count; i++) {
                Windows opened = Windows.opened(CONFIG, here, CONFIG.windowBytes());
                Frame.Open open = new Frame.Open(opened.inbound().granted(), opened.credit(), "call");
                Windows accepted = Windows.accepted(CONFIG, there, open);
                calls.add(new Call(
                        new Direction(opened.credit(), accepted.inbound(), opened.presumed()),
                        new Direction(accepted.credit(), opened.inbound(), null)));
            }
        }

        void act(int action, int which) {
            if (action == 0 && calls.size() < STREAMS) {
                open(1);
            }
            if (calls.isEmpty()) {
                return;
            }
            Call call = calls.get(which % calls.size());
            long size = 1L << which % 21;
            switch (action) {
                case 1 -> call.answer.send(size);
                case 2 -> call.request.send(size);
                case 3 -> call.answer.read(size);
                case 4 -> call.request.read(size);
                case 5 -> call.request.halfClose();
                case 6 -> {
                    call.request.end();
                    call.answer.end();
                    calls.remove(call);
                }
                case 7 -> sendAll();
                case 8 -> readAll();
                case 9 -> {
                    if (which == 0) {
                        endAll();
                    }
                }
                default -> {}
            }
        }

        void sendAll() {
            calls.forEach(call -> {
                call.request.send(Long.MAX_VALUE);
                call.answer.send(Long.MAX_VALUE);
            });
        }

        void readAll() {
            calls.forEach(call -> {
                call.request.read(Long.MAX_VALUE);
                call.answer.read(Long.MAX_VALUE);
            });
        }

        void endAll() {
            calls.forEach(call -> {
                call.request.end();
                call.answer.end();
            });
            calls.clear();
        }

        List<Long> held() {
            return List.of(
                    here.inbound().held(),
                    here.presumed().held(),
                    there.inbound().held());
        }

        void assertBounded() {
            assertThat(here.inbound().held()).isBetween(0L, ALL_OF_PEER);
            assertThat(there.inbound().held()).isBetween(0L, ALL_OF_PEER);
            assertThat(calls.stream().mapToLong(call -> call.answer.underWay()).sum())
                    .isLessThanOrEqualTo(here.inbound().held());
            assertThat(calls.stream().mapToLong(call -> call.request.underWay()).sum())
                    .isLessThanOrEqualTo(there.inbound().held());
        }
    }
}
