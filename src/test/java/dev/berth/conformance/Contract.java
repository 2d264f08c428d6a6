package dev.berth.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The rules of the pages, and what shows each. */
final class Contract {
    /** Shown by this package over the wire. */
    static final String WIRE = "wire";

    private static final List<String> PAGES =
            List.of("protocol", "call-model", "containers", "adoption", "old-formats", "logs", "traces");
    private static final Pattern RULE =
            Pattern.compile("^\\| `([a-z0-9]+(?:-[a-z0-9]+)+)` \\|(?:.*\\|)? ([A-Za-z0-9]+) \\|$");

    private static final Pattern STATED = Pattern.compile("^- `([a-z0-9]+(?:-[a-z0-9]+)+)` ");

    private Contract() {}

    /** By the rules' names, in the pages' order: {@link #WIRE} or the name of a test class. */
    static Map<String, String> rules() {
        Map<String, String> rules = new LinkedHashMap<>();
        for (String page : PAGES) {
            for (String line : lines(Path.of("src/site/markdown", page + ".md"))) {
                Matcher rule = RULE.matcher(line);
                if (rule.find() && rules.put(rule.group(1), rule.group(2)) != null) {
                    throw new IllegalStateException("two rules named " + rule.group(1));
                }
            }
        }
        return rules;
    }

    /** The rules that a page states in its text, not in a table. */
    static List<String> stated(String page) {
        return lines(Path.of("src/site/markdown", page + ".md")).stream()
                .map(STATED::matcher)
                .filter(Matcher::find)
                .map(rule -> rule.group(1))
                .toList();
    }

    private static List<String> lines(Path page) {
        try {
            return Files.readAllLines(page);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
