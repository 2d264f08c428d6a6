/** What a runner would find on this machine if it started now, and what to do where that is not enough. */
@NullMarked
package dev.berth.doctor;

import org.jspecify.annotations.NullMarked;
