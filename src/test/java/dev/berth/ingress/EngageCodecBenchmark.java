package dev.berth.ingress;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.berth.proto.ClientMsg;
import dev.berth.proto.DataFrame;
import io.vertx.core.buffer.Buffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Body frames from and to the wire. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EngageCodecBenchmark {
    @Param({"16", "10240", "65536"})
    int size;

    private Buffer message;
    private Buffer bytes;

    @Setup
    public void encode() {
        byte[] body = new byte[size];
        bytes = Buffer.buffer(body);
        message = Buffer.buffer(ClientMsg.newBuilder()
                .setData(DataFrame.newBuilder().setData(ByteString.copyFrom(body)))
                .build()
                .toByteArray());
    }

    @Benchmark
    public Object decodeFrame() throws InvalidProtocolBufferException {
        return EngageCodec.decode(message);
    }

    @Benchmark
    public Object encodeFrame() {
        Buffer message = Buffer.buffer(size);
        EngageCodec.appendData(message, bytes, 0, size);
        return message;
    }
}
