package dev.berth.cli;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Options that a command cannot be run with, told in few lines: the help of some commands is longer than a terminal, and
 * what is wrong would be scrolled out of it.
 */
final class WrongUse {
    private WrongUse() {}

    /** Tells what is wrong, and where the help is; returns the exit code. */
    static int tell(ParameterException problem) {
        CommandLine command = problem.getCommandLine();
        PrintWriter err = command.getErr();
        String name = command.getCommandSpec().qualifiedName();
        err.println(TerminalText.of(name + ": " + text(problem)));
        UnmatchedArgumentException.printSuggestions(problem, err);
        err.println("'" + name + " --help' has the " + (command.getParent() == null ? "commands" : "options") + ".");
        err.flush();
        return ExitCode.USAGE;
    }

    private static String text(ParameterException problem) {
        if (problem instanceof UnmatchedArgumentException unmatched
                && !unmatched.isUnknownOption()
                && problem.getCommandLine().getParent() == null) {
            return "there is no command '" + unmatched.getUnmatched().get(0) + "'";
        }
        return String.valueOf(problem.getMessage());
    }
}
