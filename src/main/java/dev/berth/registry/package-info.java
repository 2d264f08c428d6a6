/**
 * Which slot takes a call: the node's slot queues, its capacity, launches and evictions. {@code SlotTable} is
 * the pure core that decides; the verticle around it carries the decisions out.
 */
@NullMarked
package dev.berth.registry;

import org.jspecify.annotations.NullMarked;
