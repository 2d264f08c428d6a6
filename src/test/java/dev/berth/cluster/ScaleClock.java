package dev.berth.cluster;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.PriorityQueue;

/** Virtual time for many nodes none of which fails. What happens at one time happens in the order in which it was planned. */
final class ScaleClock {
    private final PriorityQueue<Event> later = new PriorityQueue<>();
    private final Deque<Runnable> soon = new ArrayDeque<>();
    private long numbers;
    private long now;

    private record Event(long time, long number, Runnable what) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            return time != other.time ? Long.compare(time, other.time) : Long.compare(number, other.number);
        }
    }

    long now() {
        return now;
    }

    /** In this same moment, after what was planned for it before. */
    void soon(Runnable what) {
        soon.add(what);
    }

    void in(long nanos, Runnable what) {
        later.add(new Event(now + nanos, ++numbers, what));
    }

    void runUntil(long end) {
        while (now < end) {
            Runnable next = soon.poll();
            if (next == null) {
                Event event = later.remove();
                now = event.time;
                next = event.what;
            }
            next.run();
        }
    }
}
