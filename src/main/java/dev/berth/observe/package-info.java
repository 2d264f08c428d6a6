/** What an operator sees of a runner: its log. */
@NullMarked
package dev.berth.observe;

import org.jspecify.annotations.NullMarked;
