/** Credit-based frame streams over the event bus. */
@NullMarked
package dev.berth.stream;

import org.jspecify.annotations.NullMarked;
