/** The values every part speaks of: calls, slot keys, container specifications. No Vert.x types. */
@NullMarked
package dev.berth.call;

import org.jspecify.annotations.NullMarked;
