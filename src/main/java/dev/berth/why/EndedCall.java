package dev.berth.why;

import dev.berth.call.ContainerTimings;
import dev.berth.call.SlotAnnotation;
import dev.berth.call.SlotKey;
import dev.berth.error.RunnerException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A call as it has gone, asked only for what is wanted of it, so that nothing is made for calls that are not kept. */
public interface EndedCall {
    String callId();

    String image();

    String appId();

    String fnId();

    /** Null: it did not come so far. */
    @Nullable
    SlotKey key();

    /** Milliseconds since 1970. */
    long arrivedMillis();

    /** Whether it had a slot at its end. */
    boolean started();

    /** Until it had a slot, or gave up. */
    long waitNanos();

    /** Since it had a slot; 0: it has none. */
    long runNanos();

    /** From its slot to the head of the answer; 0: there was none. */
    long headNanos();

    ContainerTimings timings();

    SlotFacts facts();

    /** Null: nothing worth telling. */
    @Nullable
    Journey journey();

    /** Annotations of its function that do not count. */
    Set<SlotAnnotation> ignored();

    RunFacts ran();

    /** Null: it succeeded. */
    @Nullable
    RunnerException error();

    long requestBytes();

    long responseBytes();

    /** 32 hexadecimal digits; null: it is not traced. */
    @Nullable
    String traceId();

    /** Whether {@link WhyRing#sample} has picked it, to be kept whatever it is like. */
    boolean sampled();
}
