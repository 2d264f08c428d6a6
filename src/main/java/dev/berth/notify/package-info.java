/** What a supervisor of services, such as systemd, is told of this process. */
@NullMarked
package dev.berth.notify;

import org.jspecify.annotations.NullMarked;
