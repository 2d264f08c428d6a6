/** Runners in processes of their own that are told to stop, or lose their engine, under bad circumstances. */
@NullMarked
package dev.berth.stopping;

import org.jspecify.annotations.NullMarked;
