package dev.berth.worker;

import dev.berth.engine.ExitStatus;
import dev.berth.worker.stdio.StdioExchange;

/** A function that is spoken to over its stdin and stdout. */
final class StdioFunction implements FunctionExchange {
    private final StdioExchange exchange;

    StdioFunction(StdioExchange exchange) {
        this.exchange = exchange;
    }

    @Override
    public void begin(ActiveCall call) {
        exchange.begin(call);
    }

    @Override
    public Left abort(ActiveCall call) {
        return exchange.abort() ? Left.UNTOUCHED : Left.SPOILT;
    }

    @Override
    public boolean exited(ExitStatus status) {
        return exchange.exited(status);
    }

    /** The streams stay as they are: what is written to a frozen function waits for it. */
    @Override
    public void suspend() {}

    @Override
    public void asleep() {}

    @Override
    public void idle() {}

    @Override
    public void close() {
        exchange.close();
    }
}
