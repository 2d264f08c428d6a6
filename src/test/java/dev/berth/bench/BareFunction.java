package dev.berth.bench;

import java.nio.file.Path;

/**
 * A function started without a runner.
 *
 * @param startMillis from the order to start it until its socket was there
 * @param stop ends it and removes what it had
 */
record BareFunction(Path socket, double startMillis, AutoCloseable stop) {}
