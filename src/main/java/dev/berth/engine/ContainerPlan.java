package dev.berth.engine;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How to make one container.
 *
 * @param id our id, also the engine's name for it
 * @param env the function's environment; the engine adds FN_LISTENER when there is a socket directory
 * @param memoryMiB 0: no limit
 * @param cpuMillis 0: no quota
 * @param tmpfsMiB size of /tmp; 0: the engine's default
 * @param socketDirectory directory the function's socket appears in, as this process sees it; null for stdin/stdout containers
 * @param syslogUrl where the engine sends the output; null: nowhere (or to the attached streams)
 * @param syslogTag tag of the lines sent there
 * @param networkDisabled no network at all
 */
public record ContainerPlan(
        String id,
        String image,
        Map<String, String> env,
        long memoryMiB,
        long cpuMillis,
        long tmpfsMiB,
        @Nullable Path socketDirectory,
        @Nullable String syslogUrl,
        String syslogTag,
        boolean networkDisabled,
        Attach attach) {
    public ContainerPlan {
        env = Map.copyOf(env);
    }

    /** Which of the container's standard streams are connected. */
    public enum Attach {
        NONE,
        /** stdout and stderr, for log collection. */
        OUTPUT,
        /** stdin, stdout and stderr. */
        ALL
    }
}
