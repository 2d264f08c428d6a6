package dev.berth.worker;

import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Runs steps one after the other: a step that comes about while another runs waits for that to end. Confined
 * to one context.
 */
final class Turns {
    private final Queue<Runnable> waiting = new ArrayDeque<>(2);
    private boolean running;

    void run(Runnable step) {
        if (running) {
            waiting.add(step);
            return;
        }
        running = true;
        try {
            for (Runnable next = step; next != null; next = waiting.poll()) {
                next.run();
            }
        } finally {
            running = false;
        }
    }
}
