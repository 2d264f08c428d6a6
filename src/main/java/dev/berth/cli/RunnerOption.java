package dev.berth.cli;

import picocli.CommandLine.Option;

/** Which runner a command talks to that is about something else, and how. */
final class RunnerOption extends ConnectionOptions {
    @Option(
            names = "--runner",
            paramLabel = "HOST:PORT",
            converter = RunnerAddress.Converter.class,
            defaultValue = "localhost",
            description = "The runner; default ${DEFAULT-VALUE}, port 9190 where none is given.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private RunnerAddress address;

    @Override
    RunnerAddress address() {
        return address;
    }
}
