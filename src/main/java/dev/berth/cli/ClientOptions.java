package dev.berth.cli;

import picocli.CommandLine.Parameters;

/** Which runner a command talks to, and how. */
final class ClientOptions extends ConnectionOptions {
    @Parameters(
            index = "0",
            paramLabel = "HOST:PORT",
            converter = RunnerAddress.Converter.class,
            description = "The runner; port 9190 where none is given.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private RunnerAddress address;

    @Override
    RunnerAddress address() {
        return address;
    }
}
