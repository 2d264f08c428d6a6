/** Functions as plain child processes: the same contract, no isolation. */
@NullMarked
package dev.berth.engine.process;

import org.jspecify.annotations.NullMarked;
