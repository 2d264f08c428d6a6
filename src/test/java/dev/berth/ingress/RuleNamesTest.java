package dev.berth.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Rules are referred to by name, so no two may share one. */
final class RuleNamesTest {
    private static final Pattern RULE = Pattern.compile("^\\| `([a-z0-9]+(?:-[a-z0-9]+)+)` \\|");

    @Test
    void everyRuleHasANameOfItsOwn() throws IOException {
        List<String> names = new ArrayList<>();
        for (String page : List.of("protocol", "call-model", "logs", "old-formats")) {
            for (String line : Files.readAllLines(Path.of("src/site/markdown", page + ".md"))) {
                Matcher rule = RULE.matcher(line);
                if (rule.find()) {
                    names.add(rule.group(1));
                }
            }
        }

        assertThat(names).hasSizeGreaterThan(100).doesNotHaveDuplicates();
    }
}
