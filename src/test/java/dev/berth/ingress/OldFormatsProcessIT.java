package dev.berth.ingress;

import java.nio.file.Path;

/** The legacy formats with functions as child processes. */
final class OldFormatsProcessIT extends OldFormatsScenarios {
    @Override
    String engine() {
        return "process";
    }

    @Override
    int containers(Path socketRoot) {
        return (int) ProcessHandle.current()
                .descendants()
                .filter(process -> process.info().command().orElse("").endsWith("node"))
                .count();
    }

    @Override
    int functions(Path socketRoot) {
        return containers(socketRoot);
    }
}
