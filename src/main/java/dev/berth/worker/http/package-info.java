/** HTTP/1.1 as functions speak it: their answers, read however they are framed. Knows nothing of calls. */
@NullMarked
package dev.berth.worker.http;

import org.jspecify.annotations.NullMarked;
