package dev.berth.worker;

import dev.berth.engine.ExitStatus;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import dev.berth.why.ContainerFate;
import java.time.Duration;
import java.util.Map;

/**
 * What the end of one container's process says about the call that was under way. A connection that breaks does not
 * say that the process has ended, and the engine says so only a little later. Confined to the worker's context.
 */
final class ExitAccount {
    /** How long a call whose connection broke waits for the engine. */
    private static final Duration WAIT = Duration.ofMillis(200);

    private static final int FIRST_SIGNAL = 128;
    private static final int KILLED = FIRST_SIGNAL + 9;
    private static final Map<Integer, String> SIGNALS = Map.ofEntries(
            Map.entry(1, "SIGHUP"),
            Map.entry(2, "SIGINT"),
            Map.entry(3, "SIGQUIT"),
            Map.entry(4, "SIGILL"),
            Map.entry(5, "SIGTRAP"),
            Map.entry(6, "SIGABRT"),
            Map.entry(7, "SIGBUS"),
            Map.entry(8, "SIGFPE"),
            Map.entry(9, "SIGKILL"),
            Map.entry(11, "SIGSEGV"),
            Map.entry(13, "SIGPIPE"),
            Map.entry(15, "SIGTERM"),
            Map.entry(24, "SIGXCPU"),
            Map.entry(25, "SIGXFSZ"),
            Map.entry(31, "SIGSYS"));

    private final ContainerAssembly assembly;
    private final Alarm alarm;
    private final long memoryMiB;
    /** Whether the kernel says so, which the engine may say later or not at all. */
    private boolean killedForMemory;

    /** @param memoryMiB the container's limit; 0: none */
    ExitAccount(ContainerAssembly assembly, Alarm alarm, long memoryMiB) {
        this.assembly = assembly;
        this.alarm = alarm;
        this.memoryMiB = memoryMiB;
    }

    /**
     * Looks what the kernel knows at once, for the container's control group goes with it, and explains a broken call
     * as soon as the engine has told, or lets {@link Alarm.Slot#ACCOUNT} ring. An explained call's owner hears of the
     * container's end, which comes when its last output has been read.
     */
    void await(ActiveCall broken) {
        alarm.set(Alarm.Slot.ACCOUNT, WAIT.toNanos());
        assembly.killedForMemory().onSuccess(killed -> {
            killedForMemory |= killed;
            assembly.ended().onSuccess(status -> broken.explain(of(status)));
        });
    }

    /** The time of waiting is over. */
    void due(ActiveCall broken) {
        ExitStatus status = assembly.endSoFar();
        if (status != null) {
            broken.explain(of(status));
        } else {
            broken.settle(killedForMemory ? outOfMemory() : null);
        }
    }

    /** How a call ends whose container cannot go on. */
    RunnerException ofBrokenCall() {
        ExitStatus status = assembly.endSoFar();
        if (status == null) {
            return killedForMemory ? outOfMemory() : ErrorCode.RESPONSE_BROKEN.exception();
        }
        return of(status);
    }

    /**
     * OUT_OF_MEMORY if the engine says so, or the kernel of a container that was killed, else CONTAINER_EXIT: what
     * exits by itself may have got over the end of a child.
     */
    RunnerException of(ExitStatus status) {
        if (status.outOfMemory() || (killedForMemory && status.code() == KILLED)) {
            return outOfMemory();
        }
        String signal = SIGNALS.get(status.code() - FIRST_SIGNAL);
        return ErrorCode.CONTAINER_EXIT.exception(
                "container exit code " + status.code() + (signal == null ? "" : " (" + signal + ")"));
    }

    /** How a launch fails whose container has ended before its function could be called. */
    RunnerException ofFailedStart(ExitStatus status) {
        RunnerException end = of(status);
        return end.code() == ErrorCode.OUT_OF_MEMORY
                ? end
                : ErrorCode.INIT_FAILED.exception(ErrorCode.INIT_FAILED.text() + ": " + end.getMessage());
    }

    /** The same for those who are told later what became of the container. */
    ContainerFate fate(ExitStatus status) {
        return of(status).code() == ErrorCode.OUT_OF_MEMORY
                ? ContainerFate.of(ContainerFate.Kind.OUT_OF_MEMORY)
                : ContainerFate.exited(status.code());
    }

    /**
     * What a call is told that ends by this error.
     *
     * @param keeps whether the container can take another
     */
    ContainerFate fate(RunnerException error, boolean keeps) {
        if (error.code() == ErrorCode.OUT_OF_MEMORY) {
            return ContainerFate.of(ContainerFate.Kind.OUT_OF_MEMORY);
        }
        ExitStatus status = error.code() == ErrorCode.CONTAINER_EXIT ? assembly.endSoFar() : null;
        if (status != null) {
            return ContainerFate.exited(status.code());
        }
        return ContainerFate.of(keeps ? ContainerFate.Kind.RUNS_ON : ContainerFate.Kind.BROKE);
    }

    /** What became of a container in which a call found nobody. */
    ContainerFate ofNobody() {
        ExitStatus status = assembly.endSoFar();
        return status == null ? ContainerFate.of(ContainerFate.Kind.VANISHED) : fate(status);
    }

    private RunnerException outOfMemory() {
        return ErrorCode.OUT_OF_MEMORY.exception(
                "container out of memory" + (memoryMiB > 0 ? ", limit " + memoryMiB + " MiB" : ""));
    }

    /** Whether an error may be the consequence of an end that nobody has told of yet. */
    static boolean mayExplain(RunnerException error) {
        return error.code() == ErrorCode.RESPONSE_BROKEN || error.code() == ErrorCode.REQUEST_PIPE_CLOSED;
    }
}
