package dev.berth.rehearsal;

import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * What the real runner is doing. Asked on any thread.
 *
 * @param active calls in flight now
 * @param received calls that have ever come
 */
public record RealLoad(IntSupplier active, LongSupplier received) {}
