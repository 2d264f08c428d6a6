package dev.berth.worker;

import dev.berth.engine.ExitStatus;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The connections to a function that takes several calls at once: one for each call under way, and those that were kept
 * after others, of which the one used last is used next. As many as there were calls at once. Confined to the worker's
 * context.
 */
final class SharedConnections implements FunctionExchange {
    private final Supplier<FunctionConnection> maker;
    private final OneShotFunctions.Watch watch;
    private final Map<ActiveCall, FunctionConnection> taken = new HashMap<>();
    private final Deque<FunctionConnection> free = new ArrayDeque<>();

    /** @param watch of all the connections made */
    SharedConnections(Supplier<FunctionConnection> maker, OneShotFunctions.Watch watch) {
        this.maker = maker;
        this.watch = watch;
    }

    @Override
    public void begin(ActiveCall call) {
        FunctionConnection connection = free.isEmpty() ? maker.get() : free.pop();
        taken.put(call, connection);
        connection.begin(call);
    }

    @Override
    public Left abort(ActiveCall call) {
        FunctionConnection connection = taken.get(call);
        return connection == null ? Left.UNTOUCHED : connection.abort(call);
    }

    @Override
    public void over(ActiveCall call) {
        FunctionConnection connection = taken.remove(call);
        if (connection != null) {
            free.push(connection);
        }
    }

    @Override
    public boolean exited(ExitStatus status) {
        watch.exited();
        return false;
    }

    @Override
    public void suspend() {
        free.forEach(FunctionConnection::suspend);
    }

    @Override
    public void asleep() {
        if (free.isEmpty()) {
            free.push(maker.get());
        }
        free.element().asleep();
    }

    @Override
    public void idle() {
        free.forEach(FunctionConnection::idle);
    }

    @Override
    public void close() {
        taken.values().forEach(FunctionConnection::close);
        free.forEach(FunctionConnection::close);
        watch.removed();
    }
}
