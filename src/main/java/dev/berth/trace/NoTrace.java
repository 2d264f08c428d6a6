package dev.berth.trace;

import dev.berth.call.CallModel;
import dev.berth.call.ContainerTimings;
import dev.berth.error.RunnerException;
import dev.berth.why.RunFacts;
import dev.berth.why.SlotFacts;
import org.jspecify.annotations.Nullable;

/** Hears everything and keeps nothing. */
final class NoTrace implements CallTrace {
    @Override
    public @Nullable String id() {
        return null;
    }

    @Override
    public void submitted(CallModel call) {}

    @Override
    public void waiting() {}

    @Override
    public void explained(SlotFacts facts) {}

    @Override
    public void ran(RunFacts facts) {}

    @Override
    public void started(ContainerTimings timings) {}

    @Override
    public void finished(@Nullable RunnerException error, ContainerTimings timings) {}

    @Override
    public void aborted(int grpcStatus, String text) {}
}
