package dev.berth.why;

import dev.berth.call.ContainerTimings;
import dev.berth.call.SlotAnnotation;
import dev.berth.call.SlotKey;
import dev.berth.error.RunnerException;
import java.time.Duration;
import java.util.Set;

/** A call that has ended as a test wants it. */
final class Ended implements EndedCall {
    String id = "01HX0000000000000000000001";
    String image = "thumb";
    String app = "app-1";
    String fn = "fn-1";
    long arrivedMillis = 1_700_000_000_000L;
    boolean started = true;
    Duration waited = Duration.ofNanos(50_000);
    Duration ran = Duration.ofMillis(1);
    ContainerTimings timings = ContainerTimings.NONE;
    SlotFacts facts = SlotFacts.HOT;
    Journey journey;
    RunFacts run = RunFacts.NONE;
    RunnerException error;
    long requestBytes;
    long responseBytes;
    String traceId;
    boolean sampled;
    Set<SlotAnnotation> ignored = Set.of();

    static Ended call(String id) {
        Ended call = new Ended();
        call.id = id;
        return call;
    }

    @Override
    public String callId() {
        return id;
    }

    @Override
    public String image() {
        return image;
    }

    @Override
    public String appId() {
        return app;
    }

    @Override
    public String fnId() {
        return fn;
    }

    @Override
    public Set<SlotAnnotation> ignored() {
        return ignored;
    }

    @Override
    public SlotKey key() {
        return new SlotKey(new byte[] {1, 2, 3});
    }

    @Override
    public long arrivedMillis() {
        return arrivedMillis;
    }

    @Override
    public boolean started() {
        return started;
    }

    @Override
    public long waitNanos() {
        return waited.toNanos();
    }

    @Override
    public long runNanos() {
        return started ? ran.toNanos() : 0;
    }

    @Override
    public long headNanos() {
        return runNanos() / 2;
    }

    @Override
    public ContainerTimings timings() {
        return timings;
    }

    @Override
    public SlotFacts facts() {
        return facts;
    }

    @Override
    public Journey journey() {
        return journey;
    }

    @Override
    public RunFacts ran() {
        return run;
    }

    @Override
    public RunnerException error() {
        return error;
    }

    @Override
    public long requestBytes() {
        return requestBytes;
    }

    @Override
    public long responseBytes() {
        return responseBytes;
    }

    @Override
    public String traceId() {
        return traceId;
    }

    @Override
    public boolean sampled() {
        return sampled;
    }
}
