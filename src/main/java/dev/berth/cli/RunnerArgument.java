package dev.berth.cli;

import picocli.CommandLine.Parameters;

/** Which runner a command talks to that has no other argument, and how. */
final class RunnerArgument extends ConnectionOptions {
    @Parameters(
            index = "0",
            arity = "0..1",
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
