package dev.berth.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** The options of {@code berth call} that describe the call. */
final class CallOptions {
    private static final Pattern HEX = Pattern.compile("([0-9a-fA-F]{2})*");
    private static final Pattern HEADER_NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    @Option(
            names = "--slot-hash",
            paramLabel = "HEX",
            defaultValue = "",
            description = "Key of the containers to share; otherwise the runner computes it.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String slotHash;

    @Option(
            names = "--memory",
            paramLabel = "MiB",
            defaultValue = "128",
            description = "Memory of the container; default ${DEFAULT-VALUE}.")
    private long memoryMiB;

    @Option(
            names = "--cpus",
            paramLabel = "N",
            description = "CPUs of the container, such as 0.5 or 500m; default: no limit.")
    private @Nullable String cpus;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "How long the function may run; default ${DEFAULT-VALUE}.")
    private long timeout;

    @Option(
            names = "--idle-timeout",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "How long its container is kept unused; default ${DEFAULT-VALUE}.")
    private long idleTimeout;

    @Option(
            names = "--deadline",
            paramLabel = "SECONDS",
            description = "Limit of the whole call, waiting included (grpc-timeout); fractions allowed.")
    private @Nullable Double deadline;

    @Option(
            names = "--config",
            paramLabel = "K=V",
            description = "The function's configuration: environment of the container; repeatable.")
    private final Map<String, String> config = new LinkedHashMap<>();

    @Option(
            names = {"-H", "--header"},
            paramLabel = "'K: V'",
            description = "A header of the call; repeatable.")
    private final List<String> headers = new ArrayList<>();

    @ArgGroup(exclusive = true)
    private Body body = new Body();

    /** Where the request body comes from. */
    static final class Body {
        @Option(names = "--body", paramLabel = "TEXT", description = "The request body; default: empty.")
        private @Nullable String text;

        @Option(
                names = "--body-file",
                paramLabel = "FILE",
                description = "The request body from a file; -: from stdin.")
        private @Nullable Path file;
    }

    @Option(names = "--call-id", paramLabel = "ID", description = "The call's id; default: a new one.")
    private @Nullable String callId;

    @Option(
            names = "--app-id",
            paramLabel = "ID",
            defaultValue = "cli",
            description = "The application's id; default ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String appId;

    @Option(names = "--fn-id", paramLabel = "ID", description = "The function's id; default: the image.")
    private @Nullable String fnId;

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            defaultValue = "sync",
            description = "sync or detached; default ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String type;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description =
                    "How the function is spoken to: http-stream (the default), or default, http, json or the legacy cloudevent.")
    private @Nullable String format;

    @Option(
            names = "--method",
            paramLabel = "METHOD",
            defaultValue = "POST",
            description = "HTTP method of the call; default ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String method;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "URL of the call; default: http://localhost/invoke/ and the function's id.")
    private @Nullable String url;

    @Option(names = "--syslog-url", paramLabel = "URL", description = "Where the function's output goes.")
    private @Nullable String syslogUrl;

    @Option(names = "--extension", paramLabel = "K=V", description = "An extension of the call; repeatable.")
    private final Map<String, String> extensions = new LinkedHashMap<>();

    @Option(
            names = "--frame-bytes",
            paramLabel = "BYTES",
            defaultValue = "65536",
            description = "Largest piece of the body in one message; default ${DEFAULT-VALUE}.")
    private int frameBytes;

    /** What is wrong with the options; null: nothing. */
    @Nullable
    String problem() {
        if (!HEX.matcher(slotHash).matches()) {
            return "--slot-hash must be an even number of hex digits";
        }
        if (memoryMiB < 0 || timeout < 0 || idleTimeout < 0 || (deadline != null && deadline <= 0)) {
            return "--memory, --timeout, --idle-timeout and --deadline must not be negative";
        }
        if (frameBytes < 1 || frameBytes > 4_000_000) {
            return "--frame-bytes must be from 1 to 4000000";
        }
        for (String header : headers) {
            int colon = header.indexOf(':');
            if (colon < 0 || !HEADER_NAME.matcher(header.substring(0, colon)).matches()) {
                return "--header must be 'Name: value', not '" + header + "'";
            }
        }
        return null;
    }

    CallDocument document(String image) {
        String function = fnId == null ? image : fnId;
        return new CallDocument(
                callId == null ? CallDocument.newId() : callId,
                image,
                appId,
                function,
                type,
                format,
                method,
                url == null ? "http://localhost/invoke/" + function : url,
                Duration.ofSeconds(timeout),
                Duration.ofSeconds(idleTimeout),
                memoryMiB,
                cpus,
                syslogUrl,
                config,
                headerLists(),
                extensions,
                slotHash);
    }

    EngageOptions engageOptions() {
        Duration limit = deadline == null ? null : Duration.ofNanos((long) (deadline * 1e9));
        return EngageOptions.DEFAULT.withFrameBytes(frameBytes).withDeadline(limit);
    }

    @Nullable
    String bodyText() {
        return body.text;
    }

    /** The file of the body; {@code -} is stdin. */
    @Nullable
    Path bodyFile() {
        return body.file;
    }

    private Map<String, List<String>> headerLists() {
        Map<String, List<String>> lists = new LinkedHashMap<>();
        for (String header : headers) {
            int colon = header.indexOf(':');
            lists.computeIfAbsent(header.substring(0, colon), name -> new ArrayList<>())
                    .add(header.substring(colon + 1).strip());
        }
        return lists;
    }
}
