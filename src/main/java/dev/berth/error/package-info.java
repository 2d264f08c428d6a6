/** The one exception hierarchy and its wire numbers. */
@NullMarked
package dev.berth.error;

import org.jspecify.annotations.NullMarked;
