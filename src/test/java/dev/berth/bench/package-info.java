/**
 * Load generator, benchmark and endurance run: they drive a runner from outside, over its port, as a load balancer
 * does. {@code scripts/bench} and {@code scripts/soak} start them.
 */
@NullMarked
package dev.berth.bench;

import org.jspecify.annotations.NullMarked;
