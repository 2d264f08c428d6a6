/** The operations port: what a node tells those who run it. Has an event loop of its own. */
@NullMarked
package dev.berth.ops;

import org.jspecify.annotations.NullMarked;
