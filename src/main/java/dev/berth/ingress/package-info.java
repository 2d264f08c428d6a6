/** The runner's gRPC port: ends a client's stream, asks for a slot, joins the two streams. */
@NullMarked
package dev.berth.ingress;

import org.jspecify.annotations.NullMarked;
