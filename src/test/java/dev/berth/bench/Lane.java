package dev.berth.bench;

import io.vertx.core.Future;

/** Makes one call after the other. Used on one event loop. */
interface Lane {

    /**
     * Makes a call and reads the reply to its end; fails if that is not what it should be.
     *
     * @param sums whether to verify the checksum of a large reply, which costs time
     * @return bytes of the reply
     */
    Future<Long> call(boolean sums);

    Future<Void> close();
}
