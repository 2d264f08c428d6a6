package dev.berth.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SourceTest {
    private final List<String> heard = new ArrayList<>();
    private final Letters letters = new Letters(Long.MAX_VALUE);

    /** Letters that wait until they are wanted. */
    private static final class Letters extends Source<String> {
        private final Deque<String> waiting = new ArrayDeque<>();
        private boolean ended;

        Letters(long demand) {
            super(demand);
        }

        void put(String text) {
            text.chars().forEach(letter -> waiting.add(Character.toString(letter)));
            onReady();
        }

        void end() {
            ended = true;
            onReady();
        }

        void fail(Throwable cause) {
            tellFailure(cause);
        }

        @Override
        protected void onReady() {
            while (isRead() && isWanted() && !waiting.isEmpty()) {
                handOn(waiting.remove());
            }
            if (ended && waiting.isEmpty()) {
                tellEnd();
            }
        }
    }

    private void read() {
        letters.handler(heard::add)
                .endHandler(end -> heard.add("end"))
                .exceptionHandler(e -> heard.add(e.getMessage()));
    }

    @Test
    void whatComesBeforeItsReaderWaits() {
        letters.put("ab");
        letters.end();
        assertThat(heard).isEmpty();
        read();
        assertThat(heard).containsExactly("a", "b", "end");
    }

    @Test
    void handsOnWhatIsFetchedAndNoMore() {
        read();
        letters.pause().fetch(2);
        letters.put("abcd");
        assertThat(heard).containsExactly("a", "b");
        letters.fetch(1);
        assertThat(heard).containsExactly("a", "b", "c");
        letters.resume();
        letters.put("e");
        assertThat(heard).containsExactly("a", "b", "c", "d", "e");
    }

    @Test
    void demandDoesNotOverflow() {
        read();
        letters.pause().fetch(Long.MAX_VALUE - 1).fetch(Long.MAX_VALUE - 1);
        letters.put("a");
        assertThat(letters.demand()).isEqualTo(Long.MAX_VALUE);
        assertThatThrownBy(() -> letters.fetch(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void endsOnceAndFailsNotAfterItsEnd() {
        read();
        letters.end();
        letters.end();
        letters.fail(new IllegalStateException("late"));
        assertThat(heard).containsExactly("end");
    }

    @Test
    void failsOnceAndDoesNotEndAfterIt() {
        read();
        letters.fail(new IllegalStateException("broken"));
        letters.fail(new IllegalStateException("again"));
        letters.end();
        assertThat(heard).containsExactly("broken");
    }

    @Test
    void startsPausedIfMadeSo() {
        Letters paused = new Letters(0);
        paused.handler(heard::add);
        paused.put("a");
        assertThat(heard).isEmpty();
        paused.resume();
        assertThat(heard).containsExactly("a");
    }
}
