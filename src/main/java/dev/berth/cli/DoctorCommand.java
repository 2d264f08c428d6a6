package dev.berth.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.config.ConfigException;
import dev.berth.config.RunnerConfig;
import dev.berth.doctor.Doctor;
import dev.berth.doctor.Finding;
import dev.berth.doctor.Finding.Level;
import dev.berth.observe.LogSetup;
import dev.berth.observe.Version;
import io.vertx.core.Vertx;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Tells what a start would find. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        version = "berth " + Version.NUMBER,
        description = {
            "Tells what a runner would find on this machine if it started now, and what to do where that is not enough.",
            "It looks with the rights of whoever runs it, takes the settings that a runner would take, and changes"
                    + " nothing."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:all is well",
            "1:a runner would start; what is to be mended is said",
            "2:a runner would not start, or could run nothing; or wrong options or settings"
        })
final class DoctorCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private SettingsOptions settings;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        LogSetup.quiet();
        List<Finding> found = new ArrayList<>();
        try {
            RunnerConfig config = settings.load().config();
            found.add(new Finding("settings", Level.OK, "can be used", ""));
            found.addAll(examine(config));
        } catch (ConfigException e) {
            e.problems().forEach(problem -> found.add(new Finding("settings", Level.FAIL, problem, "correct it")));
        }
        PrintWriter out = spec.commandLine().getOut();
        int worst = found.stream()
                .mapToInt(finding -> finding.level().exitCode())
                .max()
                .orElse(0);
        out.print(json ? toJson(found, worst) : text(found));
        out.flush();
        return worst;
    }

    private static List<Finding> examine(RunnerConfig config) throws Exception {
        Vertx vertx = ClientOptions.vertx();
        try {
            return Blocking.await(new Doctor(vertx, config).examine());
        } finally {
            vertx.close();
        }
    }

    private static String text(List<Finding> found) {
        StringBuilder text = new StringBuilder();
        for (Finding finding : found) {
            text.append("%-5s %-13s %s%n".formatted(name(finding), finding.check(), finding.says()));
            if (!finding.remedy().isEmpty()) {
                text.append("%-5s %-13s -> %s%n".formatted("", "", finding.remedy()));
            }
        }
        return text.toString();
    }

    private static String toJson(List<Finding> found, int exit) throws JsonProcessingException {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode report = mapper.createObjectNode().put("exit", exit);
        for (Finding finding : found) {
            report.withArray("checks")
                    .addObject()
                    .put("check", finding.check())
                    .put("level", name(finding))
                    .put("says", finding.says())
                    .put("do", finding.remedy());
        }
        return mapper.writeValueAsString(report) + "\n";
    }

    private static String name(Finding finding) {
        return finding.level().name().toLowerCase(Locale.ROOT);
    }
}
