package dev.berth.stream;

import io.vertx.core.buffer.Buffer;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The wire form of a data frame. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FrameCodecBenchmark {
    private static final StreamId STREAM = new StreamId("berth.bench.ingress.0.frames", 1L << 60);

    @Param({"100", "65536"})
    public int bytes;

    private final FrameCodec codec = new FrameCodec(Clock.systemUTC());
    private Envelope envelope;
    private Buffer wire;

    @Setup
    public void prepare() {
        envelope = new Envelope(
                STREAM.initiator(),
                List.of(new Envelope.Packet(STREAM, new Frame.Data(1000, Buffer.buffer(new byte[bytes])))));
        wire = write();
    }

    @Benchmark
    public Buffer write() {
        Buffer buffer = Buffer.buffer(128);
        codec.encodeToWire(buffer, envelope);
        return buffer;
    }

    @Benchmark
    public Object read() {
        return codec.decodeFromWire(0, wire);
    }
}
