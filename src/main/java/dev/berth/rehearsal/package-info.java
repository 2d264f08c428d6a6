/**
 * Makes a runner warm once its port is open: whole calls through a private runner of the same classes, with nothing of
 * the real one but its code.
 */
@NullMarked
package dev.berth.rehearsal;

import org.jspecify.annotations.NullMarked;
