/** What streams that are read under back-pressure have in common. Knows nothing of what flows. */
@NullMarked
package dev.berth.flow;

import org.jspecify.annotations.NullMarked;
