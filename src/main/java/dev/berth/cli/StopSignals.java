package dev.berth.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/**
 * Signals that ask a runner to stop. The first one completes {@link #first()}, the second one is told too, and
 * the process goes on until it is done.
 *
 * <p>Without handlers of its own the JVM would begin to exit at the first signal, and a second one would not
 * be heard. They are set by reflection, since the class that sets them is not part of Java's standard; where
 * there is none, a shutdown hook stands in, and only the second signal is lost.
 *
 * <p>The JVM itself uses SIGUSR2 to hold threads, as a flight recording does many times a second, unless
 * {@value #JVM_SIGNAL} in its environment names another signal. Where it does not, SIGUSR2 is ignored: a recording
 * then sees no code but does no harm, where it would be a request to stop; and a request does no harm, where it
 * would crash the JVM.
 */
final class StopSignals {
    /** Asks it to leave its containers to the next runner. */
    static final String HAND_OVER = "USR2";

    /** What {@code scripts/berth} and the packages set. */
    static final String JVM_SIGNAL = "_JAVA_SR_SIGNUM";

    private static final int HAND_OVER_NUMBER = 12;
    /** As the JVM has it: it takes numbers between these. */
    private static final int SEGMENTATION_FAULT = 11;

    private static final int SIGNALS = 65;

    private static final String HANDLER = "sun.misc.SignalHandler";
    private static final List<String> STOP = List.of("TERM", "INT", "HUP");

    private final CompletableFuture<String> first = new CompletableFuture<>();
    private final CompletableFuture<String> second = new CompletableFuture<>();
    private final CountDownLatch stopped = new CountDownLatch(1);

    private StopSignals() {}

    /** Listens from now on. */
    static StopSignals install() {
        StopSignals signals = new StopSignals();
        STOP.forEach(signals::handle);
        if (handOverIsFree(System.getenv())) {
            signals.handle(HAND_OVER);
        } else {
            ignoreHandOver();
        }
        return signals;
    }

    /** Whether a JVM that was started with this environment leaves SIGUSR2 to its program. */
    static boolean handOverIsFree(Map<String, String> environment) {
        try {
            int number = Integer.parseInt(environment.getOrDefault(JVM_SIGNAL, ""));
            return number > SEGMENTATION_FAULT && number < SIGNALS && number != HAND_OVER_NUMBER;
        } catch (NumberFormatException none) {
            return false;
        }
    }

    /** With the name of the signal. */
    CompletableFuture<String> first() {
        return first;
    }

    /** @param action run when the first signal comes, or at once if it has come */
    void onFirst(Runnable action) {
        CompletableFuture<Void> unused = first.thenRun(action);
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
            Class<?> handler = Class.forName(HANDLER);
            InvocationHandler onSignal = (proxy, method, arguments) -> {
                if (method.getName().equals("handle")) {
                    onSignal(name);
                }
                return null;
            };
            set(name, Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, onSignal));
        } catch (ReflectiveOperationException unavailable) {
            if (!name.equals(HAND_OVER)) {
                Runtime.getRuntime().addShutdownHook(new Thread(this::onExit, "stop-" + name));
            }
        }
    }

    private static void ignoreHandOver() {
        try {
            set(HAND_OVER, Class.forName(HANDLER).getField("SIG_IGN").get(null));
        } catch (ReflectiveOperationException unavailable) {
            // Then it is the JVM's, as in any other program.
        }
    }

    private static void set(String name, Object handler) throws ReflectiveOperationException {
        Class<?> signal = Class.forName("sun.misc.Signal");
        signal.getMethod("handle", signal, Class.forName(HANDLER))
                .invoke(null, signal.getConstructor(String.class).newInstance(name), handler);
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
