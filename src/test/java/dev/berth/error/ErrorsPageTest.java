package dev.berth.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The page that lists the errors says what the code does. */
final class ErrorsPageTest {
    private static final Path PAGE = Path.of("src/site/markdown/errors.md");

    @Test
    void thePageListsEveryErrorAndNoOther() throws IOException {
        assertThat(rows().keySet())
                .containsExactlyInAnyOrder(java.util.Arrays.stream(ErrorCode.values())
                        .map(Enum::name)
                        .toArray(String[]::new));
    }

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void aRowHasTheErrorsCodeTextBlameAndRetry(ErrorCode code) throws IOException {
        String[] row = rows().get(code.name());

        assertThat(row[2]).isEqualTo(Integer.toString(code.wire()));
        assertThat(row[4]).isEqualTo(code.blame() == Blame.FUNCTION ? "yes" : "no");
        assertThat(row[5]).isEqualTo(code.retry() == Retry.ELSEWHERE ? "yes" : "no");
        if (row[3].startsWith("`") && row[3].indexOf('`', 1) == row[3].length() - 1 && !row[3].contains("…")) {
            assertThat(row[3]).startsWith("`" + code.text());
        }
        assertThat(row[6]).isNotEmpty();
    }

    @Test
    void noTwoErrorsShareANumber() {
        assertThat(ErrorCode.values()).extracting(ErrorCode::number).doesNotHaveDuplicates();
    }

    private static Map<String, String[]> rows() throws IOException {
        Map<String, String[]> rows = new LinkedHashMap<>();
        for (String line : Files.readAllLines(PAGE)) {
            String[] cells = line.split(" *\\| *", -1);
            if (cells.length == 8 && cells[1].matches("[A-Z0-9_]+")) {
                rows.put(cells[1], cells);
            }
        }
        return rows;
    }
}
