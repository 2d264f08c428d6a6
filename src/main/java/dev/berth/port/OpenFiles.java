package dev.berth.port;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether this process may open as many files as its settings let it want. */
public final class OpenFiles {
    private static final Logger LOG = LoggerFactory.getLogger(OpenFiles.class);
    /** The runner's own: its jar, its event loops, its connections to the engine and to some functions. */
    private static final int OWN = 256;

    private static final Pattern LIMIT = Pattern.compile("^Max open files +(\\d+) ", Pattern.MULTILINE);

    private OpenFiles() {}

    /** Warns in one line if they are too few. Blocking. */
    public static void check(int maxConnections) {
        check(maxConnections, limit(Path.of("/proc/self/limits")));
    }

    static void check(int maxConnections, long limit) {
        if (limit < maxConnections + (long) OWN) {
            LOG.warn(
                    "grpc.maxConnections is {}, but this process may have only {} files open (ulimit -n) and needs some {}"
                            + " for itself: functions would lack them before connections are refused",
                    maxConnections,
                    limit,
                    OWN);
        }
    }

    /** As many as one likes where there is no limit, or none to be seen. */
    static long limit(Path limits) {
        try {
            Matcher line = LIMIT.matcher(Files.readString(limits));
            return line.find() ? Long.parseLong(line.group(1)) : Long.MAX_VALUE;
        } catch (IOException unseen) {
            return Long.MAX_VALUE;
        }
    }
}
