/** What functions print: cut into lines, kept for a while, handed to the one who collects it. */
@NullMarked
package dev.berth.logs;

import org.jspecify.annotations.NullMarked;
