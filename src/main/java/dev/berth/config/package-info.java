/** Immutable, validated settings and their loader. */
@NullMarked
package dev.berth.config;

import org.jspecify.annotations.NullMarked;
