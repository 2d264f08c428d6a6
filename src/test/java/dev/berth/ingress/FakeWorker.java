package dev.berth.ingress;

import dev.berth.bus.Addresses;
import dev.berth.bus.CallEnd;
import dev.berth.bus.RunCall;
import dev.berth.call.CallRequest;
import dev.berth.call.Header;
import dev.berth.call.ResponseHead;
import dev.berth.config.StreamConfig;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import dev.berth.stream.FrameStream;
import dev.berth.stream.StreamEndpoint;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/** A worker that treats calls by script, over real frame streams. Echoes unless told otherwise. */
public final class FakeWorker extends VerticleBase {
    public static final List<Header> HEADERS =
            List.of(new Header("X-One", "1"), new Header("X-Two", "a"), new Header("X-Two", "b"));

    public final BlockingQueue<CallRequest> calls = new LinkedBlockingQueue<>();
    public final BlockingQueue<RunnerException> failures = new LinkedBlockingQueue<>();
    public volatile Consumer<FrameStream> script = FakeWorker::echo;

    private final String node;
    private final StreamConfig config;
    private final FakeRegistry registry;
    private StreamEndpoint endpoint;

    public FakeWorker(String node, StreamConfig config, FakeRegistry registry) {
        this.node = node;
        this.config = config;
        this.registry = registry;
    }

    @Override
    public Future<?> start() {
        return StreamEndpoint.bind(vertx, Addresses.worker(node, 0), config)
                .onSuccess(bound -> endpoint = bound.acceptor(this::accept));
    }

    private void accept(FrameStream stream) {
        RunCall call = (RunCall) stream.openPayload();
        registry.leases.remove(call.lease());
        stream.failureHandler(failures::add);
        calls.add(call.request());
        script.accept(stream);
    }

    public int active() {
        return endpoint.active();
    }

    public void run(Runnable code) {
        Await.on(context, () -> {
            code.run();
            return true;
        });
    }

    public io.vertx.core.Context context() {
        return context;
    }

    public static void head(FrameStream stream) {
        stream.note(new ResponseHead(200, HEADERS));
    }

    public static void echo(FrameStream stream) {
        stream.inbound().handler(bytes -> {
            stream.outbound().write(bytes);
            if (stream.outbound().writeQueueFull()) {
                stream.inbound().pause();
            }
        });
        stream.outbound().drainHandler(v -> stream.inbound().resume());
        stream.inbound().endHandler(v -> stream.finish(new CallEnd(null)));
        head(stream);
    }

    /** Takes the whole body, then answers with its length. */
    public static void count(FrameStream stream) {
        long[] length = new long[1];
        stream.inbound().handler(bytes -> length[0] += bytes.length());
        stream.inbound().endHandler(v -> {
            head(stream);
            stream.outbound().write(Buffer.buffer("got " + length[0]));
            stream.finish(new CallEnd(null));
        });
    }

    public static Consumer<FrameStream> fail(ErrorCode code) {
        return stream -> stream.finish(new CallEnd(code.exception()));
    }

    /** Reads nothing and says nothing. */
    public static void hang(FrameStream stream) {
        stream.inbound().pause();
    }

    /** Reads everything and says nothing. */
    public static void swallow(FrameStream stream) {
        stream.inbound().handler(bytes -> {});
    }
}
