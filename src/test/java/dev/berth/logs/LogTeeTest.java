package dev.berth.logs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class LogTeeTest {
    private static final LogOrigin OTHER = new LogOrigin("app", "other", "container-2", "image-2");

    private final LogTee tee = new LogTee();
    private final List<String> told = new ArrayList<>();

    private void print(LogOrigin origin, String text) {
        tee.add(List.of(LogLines.line(origin, "call", text)));
    }

    private LogTee.Listener listen(String name) {
        return tee.listen(origin -> true, () -> told.add(name));
    }

    private static List<String> texts(LogTee.Heard heard) {
        return heard.lines().stream().map(line -> line.data().toStringUtf8()).toList();
    }

    @Test
    void everyListenerHearsEveryLineAndIsToldOnceThatThereAreSome() {
        LogTee.Listener one = listen("one");
        LogTee.Listener two = listen("two");
        assertThat(one.next()).isNull();
        assertThat(two.next()).isNull();

        print(LogLines.ORIGIN, "a");
        print(LogLines.ORIGIN, "b");

        assertThat(told).containsExactly("one", "two");
        for (LogTee.Listener listener : List.of(one, two)) {
            LogTee.Heard heard = Objects.requireNonNull(listener.next());
            assertThat(texts(heard)).containsExactly("a", "b");
            assertThat(heard.dropped()).isZero();
            assertThat(listener.next()).isNull();
        }
    }

    @Test
    void whoeverBeginsHearsTheLastLinesFirst() {
        print(LogLines.ORIGIN, "before");

        assertThat(texts(Objects.requireNonNull(listen("late").next()))).containsExactly("before");
    }

    @Test
    void onlyWantedLinesAreHeardOrToldOf() {
        LogTee.Listener picky = tee.listen(OTHER::equals, () -> told.add("picky"));
        assertThat(picky.next()).isNull();

        print(LogLines.ORIGIN, "a");
        assertThat(told).isEmpty();
        print(OTHER, "b");

        assertThat(texts(Objects.requireNonNull(picky.next()))).containsExactly("b");
    }

    @Test
    void ofALongSilenceTheOldestAreMissedAndCountedForThatListenerAlone() {
        LogTee.Listener slow = listen("slow");
        LogTee.Listener quick = listen("quick");
        String kilobyte = "x".repeat(1_000);
        int heardByQuick = 0;
        for (int i = 0; i < 1_000; i++) {
            print(LogLines.ORIGIN, i + kilobyte);
            heardByQuick += Objects.requireNonNull(quick.next()).lines().size();
        }

        LogTee.Heard heard = Objects.requireNonNull(slow.next());

        assertThat(heardByQuick).isEqualTo(1_000);
        assertThat(heard.dropped()).isPositive();
        assertThat(heard.dropped() + heard.lines().size()).isEqualTo(1_000);
        assertThat(texts(heard).get(heard.lines().size() - 1)).startsWith("999x");
        assertThat(heard.lines().stream().mapToLong(LogLine::kept).sum()).isLessThanOrEqualTo(256 << 10);
        print(LogLines.ORIGIN, "next");
        assertThat(Objects.requireNonNull(slow.next()).dropped()).isZero();
    }

    @Test
    void whatIsKeptForLateOnesIsBounded() {
        Stream.generate(() -> "x".repeat(1_000)).limit(1_000).forEach(text -> print(LogLines.ORIGIN, text));

        LogTee.Heard heard = Objects.requireNonNull(listen("late").next());
        assertThat(heard.lines().stream().mapToLong(LogLine::kept).sum()).isBetween(60L << 10, 64L << 10);
        assertThat(heard.dropped()).isZero();
    }

    @Test
    void whoeverHasLeftIsNotTold() {
        LogTee.Listener gone = listen("gone");
        assertThat(gone.next()).isNull();
        gone.leave();
        gone.leave();

        print(LogLines.ORIGIN, "a");

        assertThat(told).isEmpty();
        assertThat(tee.listeners()).isZero();
    }
}
