/** The call legacy formats, spoken over a container's stdin and stdout. Knows nothing of containers' lives. */
@NullMarked
package dev.berth.worker.stdio;

import org.jspecify.annotations.NullMarked;
