/** Every event-bus address, message and codec. */
@NullMarked
package dev.berth.bus;

import org.jspecify.annotations.NullMarked;
