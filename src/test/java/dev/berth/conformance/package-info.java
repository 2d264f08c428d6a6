/** The runner's written contract, rule by rule, against a live runner. */
@NullMarked
package dev.berth.conformance;

import org.jspecify.annotations.NullMarked;
