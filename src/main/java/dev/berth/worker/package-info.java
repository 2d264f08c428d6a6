/**
 * This node's containers: carries out what their lifecycles ask for, and speaks to the functions in them.
 */
@NullMarked
package dev.berth.worker;

import org.jspecify.annotations.NullMarked;
