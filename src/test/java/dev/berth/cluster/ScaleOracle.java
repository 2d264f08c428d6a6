package dev.berth.cluster;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Somebody who rules the slots of all nodes, knows beforehand how often each function is called, and hears of everything
 * at once. Each function is given containers for good, so that calls wait as little as they can where nothing is ever
 * started or removed. No bound of what could be reached: one who looks at what goes on might do better still.
 */
final class ScaleOracle {
    private final ScaleClock clock;
    private final ScaleFigures figures;
    private final List<Line> lines = new ArrayList<>();

    /** @param busyOf how many slots the calls of each function keep busy in the mean */
    ScaleOracle(ScaleClock clock, ScaleFigures figures, double[] busyOf, int slots) {
        this.clock = clock;
        this.figures = figures;
        int left = slots;
        PriorityQueue<Line> byGain =
                new PriorityQueue<>(Comparator.comparingDouble(Line::gain).reversed());
        for (double busy : busyOf) {
            Line line = new Line(busy);
            left -= line.containers;
            lines.add(line);
            byGain.add(line);
        }
        if (left < 0) {
            throw new IllegalArgumentException("the oracle lacks " + -left + " slots to give each function enough");
        }
        for (; left > 0; left--) {
            Line line = byGain.remove();
            line.add();
            byGain.add(line);
        }
    }

    void call(int function, long serviceNanos) {
        Line line = lines.get(function);
        line.waiting.add(new Call(clock.now(), serviceNanos));
        serve(line);
    }

    private void serve(Line line) {
        if (line.running < line.containers && !line.waiting.isEmpty()) {
            Call call = line.waiting.remove();
            line.running++;
            figures.begun(0, false, false, clock.now() - call.arrived, call.serviceNanos);
            clock.in(call.serviceNanos, () -> {
                line.running--;
                serve(line);
            });
        }
    }

    private record Call(long arrived, long serviceNanos) {}

    /** The calls of one function, and its containers. */
    private static final class Line {
        private final double busy;
        private final Deque<Call> waiting = new ArrayDeque<>();
        private int containers;
        private int running;
        /** The chance that a call would find all taken if none waited, after Erlang. */
        private double blocking = 1;

        /** With as many containers as it needs, so that no more and more wait. */
        Line(double busy) {
            this.busy = busy;
            while (containers <= busy) {
                add();
            }
        }

        void add() {
            containers++;
            blocking = busy * blocking / (containers + busy * blocking);
        }

        /** How many calls wait less, in the mean, with one container more. */
        double gain() {
            int more = containers + 1;
            return queued(containers, blocking) - queued(more, busy * blocking / (more + busy * blocking));
        }

        private double queued(int containers, double blocking) {
            double use = busy / containers;
            return blocking / (1 - use * (1 - blocking)) * use / (1 - use);
        }
    }
}
