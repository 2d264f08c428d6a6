/** The runner port: its listener, certificates, who may connect, and which part serves which method. */
@NullMarked
package dev.berth.port;

import org.jspecify.annotations.NullMarked;
