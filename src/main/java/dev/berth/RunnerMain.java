package dev.berth;

import dev.berth.cli.BerthCommand;

/** The program's entry point. */
public final class RunnerMain {
    private RunnerMain() {}

    public static void main(String[] args) {
        System.exit(BerthCommand.execute(args));
    }
}
