/** This node as one of several: who the others are, what they have free, and where a call is best placed. */
@NullMarked
package dev.berth.cluster;

import org.jspecify.annotations.NullMarked;
