/** What a node counts and times, by Micrometer: meters are made once, kept in fields, and only added to by calls. */
@NullMarked
package dev.berth.ops.meter;

import org.jspecify.annotations.NullMarked;
