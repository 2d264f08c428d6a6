package dev.berth.cli;

import dev.berth.RunnerService.StopReport;
import java.util.ArrayList;
import java.util.List;

/** What there is to say of a stop that was not in good order. */
final class StopText {
    private StopText() {}

    /** One line for each thing; none for a stop in good order. */
    static List<String> of(StopReport report) {
        List<String> lines = new ArrayList<>();
        if (report.callsCutOff() > 0) {
            lines.add("not stopped in good order: calls cut off: " + report.callsCutOff());
        }
        if (!report.leftBehind().isEmpty()) {
            lines.add("not stopped in good order: could not remove or close: " + String.join(", ", report.leftBehind())
                    + "; the next start here removes what is left");
        }
        return lines;
    }
}
