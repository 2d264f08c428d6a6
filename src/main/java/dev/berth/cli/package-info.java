/** The command line, and the client of the runner protocol it shares with tests and benchmarks. */
@NullMarked
package dev.berth.cli;

import org.jspecify.annotations.NullMarked;
