package dev.berth.ops.meter;

import dev.berth.call.ContainerSpec;
import dev.berth.call.ContainerTimings;
import dev.berth.container.ContainerState;
import dev.berth.container.EndReason;
import dev.berth.container.LifecycleObserver;
import dev.berth.container.Row;
import dev.berth.error.ErrorCode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Timer;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The containers of a node, as their workers tell of them: in which state each is, and since when. Thread-safe. */
public final class ContainerMeters implements LifecycleObserver {
    private final Map<String, Entry> containers = new ConcurrentHashMap<>();
    private final ByEnum<EndReason, Counter> ends;
    private final ByEnum<Frozen, Counter> freezes;
    private final Timer pull;
    private final Timer prepare;
    private final Timer create;
    private final Timer init;
    private final Timer wake;
    private final Counter cpu;
    private final Counter throttled;
    private final DistributionSummary peak;
    private final FnContainers fn;
    private final FunctionMeters functions;

    ContainerMeters(Meters meters, FnContainers fn, FunctionMeters functions) {
        this.fn = fn;
        this.functions = functions;
        ends = new ByEnum<>(
                EndReason.class,
                why -> meters.counter(
                        "berth.container.ends", "Containers that have ended.", null, "reason", Meters.label(why)));
        freezes = new ByEnum<>(
                Frozen.class,
                result -> meters.counter(
                        "berth.freezes",
                        "Idle containers that were to be frozen.",
                        null,
                        "result",
                        Meters.label(result)));
        pull = phase(meters, "pull");
        prepare = phase(meters, "prepare");
        create = phase(meters, "create");
        init = phase(meters, "init");
        wake = meters.timer(
                "berth.container.wake", "From asking for it until a frozen container runs again.", Meters.SHORT);
        cpu = meters.counter("berth.container.cpu", "Processor time that containers have used.", "seconds");
        throttled = meters.counter(
                "berth.container.throttled",
                "Time that containers were held back by their processor limits.",
                "seconds");
        peak = meters.bytes(
                "berth.call.memory.peak",
                "Most memory that a container had in use during a call, of those measured.",
                Meters.MEMORY);
    }

    private static Timer phase(Meters meters, String phase) {
        return meters.timer(
                "berth.container.start",
                "What containers that have become ready took for it, by phase.",
                Meters.BROAD,
                "phase",
                phase);
    }

    /** One container. Written by its worker's thread alone. */
    public final class Entry implements LifecycleObserver {
        private final String id;
        private final ContainerSpec spec;
        private final FnContainers.Durations durations;
        /** When it came into the state that Fn knows. */
        private long entered = System.nanoTime();

        /** When its processor time was looked at last. */
        private long looked = System.nanoTime();

        private volatile ContainerState state = ContainerState.NEW;
        private volatile long since = System.nanoTime();

        Entry(String id, ContainerSpec spec) {
            this.id = id;
            this.spec = spec;
            this.durations = fn.of(spec);
        }

        public String id() {
            return id;
        }

        public ContainerSpec spec() {
            return spec;
        }

        public ContainerState state() {
            return state;
        }

        /** For how long it has been in this state. */
        public long sinceNanos() {
            return System.nanoTime() - since;
        }

        @Override
        public void moved(String containerId, Row row) {
            if (row.to() == row.from()) {
                return;
            }
            long now = System.nanoTime();
            FnContainers.State left = FnContainers.State.of(row.from());
            if (left != FnContainers.State.of(row.to())) {
                durations.left(left, now - entered);
                entered = now;
            }
            since = now;
            state = row.to();
            if (row.to() == ContainerState.GONE) {
                containers.remove(id);
            }
        }

        @Override
        public void ready(ContainerTimings timings) {
            pull.record(timings.imagePull(), TimeUnit.NANOSECONDS);
            prepare.record(timings.prepare(), TimeUnit.NANOSECONDS);
            create.record(timings.create(), TimeUnit.NANOSECONDS);
            init.record(timings.init(), TimeUnit.NANOSECONDS);
            fn.initialized(timings);
        }

        @Override
        public void launchFailed(ErrorCode error, ContainerTimings timings) {
            fn.notInitialized(error, timings);
        }

        @Override
        public void exited(int code) {
            fn.exited(code);
        }

        @Override
        public void ending(EndReason reason) {
            ends.of(reason).increment();
        }

        @Override
        public void frozen(Frozen result) {
            freezes.of(result).increment();
        }

        @Override
        public void used(long cpuNanos, long throttledNanos) {
            cpu.increment(cpuNanos / 1e9);
            throttled.increment(throttledNanos / 1e9);
            functions.used(spec, cpuNanos);
            long now = System.nanoTime();
            if (now > looked) {
                fn.cpu(cpuNanos, now - looked);
            }
            looked = now;
        }

        @Override
        public void callPeak(long bytes) {
            peak.record((double) bytes);
            fn.memory(bytes, spec.memoryMiB() << 20);
        }

        @Override
        public void woken(long nanos) {
            wake.record(nanos, TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public LifecycleObserver of(String containerId, ContainerSpec spec) {
        Entry entry = new Entry(containerId, spec);
        containers.put(containerId, entry);
        return entry;
    }

    /** Those that there are, in no particular order; some may be gone while they are looked at. */
    public Collection<Entry> all() {
        return Collections.unmodifiableCollection(containers.values());
    }
}
