package dev.berth.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/**
 * Signals that ask a runner to stop. The first one completes {@link #first()}, the second one is told too, and
 * the process goes on until it is done.
 *
 * <p>Without handlers of its own the JVM would begin to exit at the first signal, and a second one would not
 * be heard. They are set by reflection, since the class that sets them is not part of Java's standard; where
 * there is none, a shutdown hook stands in, and only the second signal is lost.
 */
final class StopSignals {
    /** Asks it to leave its containers to the next runner. */
    static final String HAND_OVER = "USR2";

    private static final String[] NAMES = {"TERM", "INT", "HUP", HAND_OVER};

    private final CompletableFuture<String> first = new CompletableFuture<>();
    private final CompletableFuture<String> second = new CompletableFuture<>();
    private final CountDownLatch stopped = new CountDownLatch(1);

    private StopSignals() {}

    /** Listens from now on. */
    static StopSignals install() {
        StopSignals signals = new StopSignals();
        for (String name : NAMES) {
            signals.handle(name);
        }
        return signals;
    }

    /** With the name of the signal. */
    CompletableFuture<String> first() {
        return first;
    }

    /** @param action run when a signal comes while the first is being obeyed, or at once if it has come */
    void onSecond(Runnable action) {
        CompletableFuture<Void> unused = second.thenRun(action);
    }

    /** The runner is down; a process that is exiting may go on to do so. */
    void stopped() {
        stopped.countDown();
    }

    private void handle(String name) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            InvocationHandler onSignal = (proxy, method, arguments) -> {
                if (method.getName().equals("handle")) {
                    onSignal(name);
                }
                return null;
            };
            Object listener = Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, onSignal);
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), listener);
        } catch (ReflectiveOperationException unavailable) {
            if (name.equals(HAND_OVER)) {
                return;
            }
            Runtime.getRuntime().addShutdownHook(new Thread(this::onExit, "stop-" + name));
        }
    }

    private void onSignal(String name) {
        if (!first.complete(name)) {
            second.complete(name);
        }
    }

    private void onExit() {
        first.complete("exit");
        try {
            stopped.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
