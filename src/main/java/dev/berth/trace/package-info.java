/**
 * Traces of calls: what a call tells of itself as it goes ({@link dev.berth.trace.CallTrace}), and OpenTelemetry
 * behind it, none of whose classes is loaded while tracing is off.
 */
@NullMarked
package dev.berth.trace;

import org.jspecify.annotations.NullMarked;
