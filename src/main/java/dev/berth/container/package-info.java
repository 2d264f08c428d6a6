/** A container's life as a table of transitions, and the pure machine that walks it. No I/O, no Vert.x. */
@NullMarked
package dev.berth.container;

import org.jspecify.annotations.NullMarked;
