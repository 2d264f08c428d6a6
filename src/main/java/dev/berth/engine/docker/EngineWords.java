package dev.berth.engine.docker;

import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an engine says went wrong, fit for callers: without paths, addresses and container ids of this machine. A
 * function's own program stays, and so does what the caller has named himself.
 */
final class EngineWords {
    private static final String HIDDEN = "…";
    private static final Pattern PROGRAM = Pattern.compile("exec: \"(/[^\"]*)\"");
    private static final Pattern PATH = Pattern.compile("(?<![\\w.:/\\]-])/(?:[^\\s\"'`,;:()/]+/)+[^\\s\"'`,;:()]*");
    private static final Pattern ADDRESS = Pattern.compile(
            "(?<![\\w.:])(?:\\d{1,3}(?:\\.\\d{1,3}){3}|\\[[0-9a-fA-F:.%\\w]*:[0-9a-fA-F:.%\\w]*])(?::\\d{1,5})?(?![\\w.]\\d)");
    private static final Pattern ID = Pattern.compile("(?<!sha256:)\\b(?:[0-9a-f]{64}|[0-9a-f]{12})\\b");
    /** Where a function finds its socket's folder. */
    private static final String IN_CONTAINER = "/tmp/iofs";

    private EngineWords() {}

    static String toCallers(String said) {
        return toCallers(said, "");
    }

    /** @param named what the caller has named: addresses in it are no secret to him */
    static String toCallers(String said, String named) {
        Set<String> own = new HashSet<>();
        own.add(IN_CONTAINER);
        Matcher program = PROGRAM.matcher(said);
        while (program.find()) {
            own.add(program.group(1));
        }
        String pathless = PATH.matcher(said).replaceAll(path -> hidden(path.group(), own.contains(path.group())));
        String nowhere = ADDRESS.matcher(pathless)
                .replaceAll(address -> hidden(address.group(), named.contains(address.group())));
        return ID.matcher(nowhere).replaceAll(id -> hidden(id.group(), named.contains(id.group())));
    }

    private static String hidden(String text, boolean shown) {
        return shown ? Matcher.quoteReplacement(text) : HIDDEN;
    }
}
