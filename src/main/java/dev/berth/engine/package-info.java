/** The seam to whatever runs containers. Knows nothing of calls. */
@NullMarked
package dev.berth.engine;

import org.jspecify.annotations.NullMarked;
