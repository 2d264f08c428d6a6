package dev.berth.cli;

import dev.berth.observe.Version;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command {@code berth}, which does nothing without one of its commands. */
@Command(
        name = "berth",
        mixinStandardHelpOptions = true,
        version = "berth " + Version.NUMBER,
        description = "Runs functions for an Fn load balancer, and talks to what does.",
        subcommands = {
            RunCommand.class,
            CallCommand.class,
            StatusCommand.class,
            WhyCommand.class,
            TopCommand.class,
            LogsCommand.class,
            DrainCommand.class,
            DoctorCommand.class,
            AutoComplete.GenerateCompletion.class,
            CommandLine.HelpCommand.class
        })
public final class BerthCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    private BerthCommand() {}

    /** Runs a command line to its end; returns the exit code. */
    public static int execute(String... args) {
        return commandLine().execute(args);
    }

    static CommandLine commandLine() {
        return new CommandLine(new BerthCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpWidth(100)
                .setAbbreviatedOptionsAllowed(false)
                .setParameterExceptionHandler((problem, args) -> WrongUse.tell(problem));
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return ExitCode.USAGE;
    }
}
