/** Engage streams: each takes a call, asks for a slot and joins two streams. Log streams, and what clients may hold. */
@NullMarked
package dev.berth.ingress;

import org.jspecify.annotations.NullMarked;
