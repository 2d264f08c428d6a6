/** The call formats of 2018, spoken over a container's stdin and stdout. Knows nothing of containers' lives. */
@NullMarked
package dev.berth.worker.stdio;

import org.jspecify.annotations.NullMarked;
