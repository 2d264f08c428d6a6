package dev.berth.worker.stdio;

import dev.berth.call.CallFormat;
import dev.berth.call.Header;
import dev.berth.engine.ExitStatus;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** A function on its stdin and stdout that a test plays the part of. */
abstract class StdioRig {
    static final StdioLimits NO_LIMITS = new StdioLimits(0, 0, 0, new ObjectMemory(Long.MAX_VALUE / 2));
    static final ExitStatus GOOD = new ExitStatus(0, false);
    static final Header[] HEADERS = {
        new Header("X-Multi", "a"),
        new Header("Connection", "close"),
        new Header("X-Multi", "b"),
        new Header("Content-Type", "application/json"),
        new Header("Fn_method", "forged"),
        new Header("User-Agent", "curl/7")
    };

    private static Vertx vertx;

    final FakeCall.Function function = new FakeCall.Function();
    final List<String> errors = new ArrayList<>();
    StdioExchange exchange;

    @BeforeAll
    static void open() {
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void close() {
        vertx.close();
    }

    final void start(CallFormat format) {
        start(format, NO_LIMITS);
    }

    final void start(CallFormat format, StdioLimits limits) {
        exchange = new StdioExchange(vertx, function.streams(), format, limits, bytes -> errors.add(bytes.toString()));
    }

    final FakeCall begin(String method, Header... headers) {
        FakeCall call = new FakeCall(method, headers);
        exchange.begin(call);
        return call;
    }

    /** A call whose body has been given to the function. */
    final FakeCall sent(CallFormat format) {
        start(format);
        FakeCall call = begin("POST");
        call.body.emit("{}");
        call.body.end();
        return call;
    }

    final void exit(ExitStatus status) {
        function.stdout.end();
        exchange.exited(status);
    }
}
