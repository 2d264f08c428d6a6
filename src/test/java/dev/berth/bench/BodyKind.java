package dev.berth.bench;

import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * Large bodies of one kind.
 *
 * @param function its name among the examples
 * @param expected what comes back
 * @param rate megabytes a second of what is measured
 */
record BodyKind(
        String what,
        String function,
        CallSpec spec,
        Payload payload,
        Supplier<Expected> expected,
        ToDoubleFunction<Measurement> rate) {
    static final int SIZE = 10 << 20;
    private static final String STREAM = "stream-node";
    private static final String ECHO = "echo-node";

    /** All kinds, of 10 MiB each. */
    static List<BodyKind> all() {
        Payload none = Payload.of(0, Payload.FRAME_OF_CLI);
        long generatedCrc = new StreamNodeBytes().crc(SIZE);
        CallSpec stream = CallSpec.of("berth/" + STREAM);
        CallSpec sink = stream.header("X-Mode", "sink").header("X-Hash", "none");
        CallSpec source = stream.header("X-Mode", "source").header("X-Bytes", Integer.toString(SIZE));
        CallSpec echo = CallSpec.of("berth/" + ECHO);
        Supplier<Expected> counted = () -> Expected.text("{\"bytes\":" + SIZE + ",\"sha256\":null}\n");
        Payload large = Payload.of(SIZE, Payload.FRAME_OF_CLI);
        Payload sliced = Payload.of(SIZE, Payload.FRAME_OF_BALANCER);
        ToDoubleFunction<Measurement> up = Measurement::megabytesUp;
        return List.of(
                new BodyKind("up in frames of 64 KiB", STREAM, sink, large, counted, up),
                new BodyKind("up in frames of 10 KiB", STREAM, sink, sliced, counted, up),
                new BodyKind(
                        "down",
                        STREAM,
                        source,
                        none,
                        () -> Expected.known(SIZE, generatedCrc),
                        Measurement::megabytesDown),
                new BodyKind("echoed, each way", ECHO, echo, large, () -> Expected.same(large), up));
    }

    /** The same for a function with another memory limit, in MiB. */
    BodyKind memory(int mebibytes) {
        return new BodyKind(what, function, spec.memory(mebibytes), payload, expected, rate);
    }
}
