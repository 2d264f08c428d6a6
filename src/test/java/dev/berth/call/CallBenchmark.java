package dev.berth.call;

import dev.berth.config.CallConfig;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What is done once per call before a container is looked for, on a document as a load balancer sends it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CallBenchmark {
    private static final byte[] NO_SLOT_HASH = {};

    private final String document = "{\"id\":\"01M8YQ0000000000000000000G\",\"status\":\"running\","
            + "\"image\":\"registry.example.com/team/function:0.0.17\",\"type\":\"sync\","
            + "\"url\":\"http://lb.example.com:8080/invoke/01M8YQ0000000000000000000F\",\"method\":\"POST\","
            + "\"timeout\":30,\"idle_timeout\":30,\"memory\":128,"
            + "\"config\":{\"FN_APP_ID\":\"01M8YQ0000000000000000000A\",\"FN_FN_ID\":\"01M8YQ0000000000000000000F\","
            + "\"FN_MEMORY\":\"128\",\"FN_TYPE\":\"sync\",\"GREETING\":\"hello\"},"
            + "\"headers\":{\"Accept\":[\"*/*\"],\"Content-Type\":[\"application/json\"],"
            + "\"Fn-Invoke-Type\":[\"sync\"],\"User-Agent\":[\"curl/7.88.1\"]},"
            + "\"completed_at\":\"0001-01-01T00:00:00.000Z\",\"created_at\":\"2026-11-24T01:02:03.004Z\","
            + "\"started_at\":\"0001-01-01T00:00:00.000Z\",\"app_id\":\"01M8YQ0000000000000000000A\","
            + "\"app_name\":\"shop\",\"trigger_id\":\"\",\"fn_id\":\"01M8YQ0000000000000000000F\"}";
    private final CallModel model = CallModelParser.parse(document);
    private final CallFactory calls =
            new CallFactory(new CallConfig(false, false, Map.of(), Set.of(), 0, 0, Set.of()), null, 0);
    private final byte[] slotHash = "0123456789abcdef".repeat(4).getBytes(StandardCharsets.US_ASCII);

    @Benchmark
    public Object parseDocument() {
        return CallModelParser.parse(document);
    }

    @Benchmark
    public Object containerSpecWithOwnHash() {
        return calls.spec(model, NO_SLOT_HASH, Map.of());
    }

    @Benchmark
    public Object containerSpecWithGivenHash() {
        return calls.spec(model, slotHash, Map.of());
    }

    @Benchmark
    public Object formatTime() {
        return WireTimes.format(Instant.now());
    }
}
