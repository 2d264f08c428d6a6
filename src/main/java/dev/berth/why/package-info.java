/**
 * Why a call went as it did: the facts that the parts of a runner hand over as they have them, a short record of each
 * call in a memory that is bounded, and the words in which a person is told. No clock, no thread and no bus.
 */
@NullMarked
package dev.berth.why;

import org.jspecify.annotations.NullMarked;
