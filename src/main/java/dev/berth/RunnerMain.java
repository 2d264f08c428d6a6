package dev.berth;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program's entry point. */
@Command(name = "berth", mixinStandardHelpOptions = true, version = "berth 0.1.0")
public final class RunnerMain implements Runnable {
    private RunnerMain() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new RunnerMain()).execute(args));
    }

    @Override
    public void run() {
        CommandLine.usage(this, System.out);
    }
}
