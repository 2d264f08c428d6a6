/** What a node says of itself: Status with its check, health, and the settings that can be changed while calls run. */
@NullMarked
package dev.berth.status;

import org.jspecify.annotations.NullMarked;
