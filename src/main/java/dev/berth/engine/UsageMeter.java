package dev.berth.engine;

import io.vertx.core.Future;

/** Reads what one container uses. Never blocks; belongs to the context it was opened on. */
public interface UsageMeter {
    /** Of a container that cannot be measured. */
    UsageMeter NONE = new UsageMeter() {
        @Override
        public Future<Usage> read(boolean anew) {
            return Future.succeededFuture(Usage.UNKNOWN);
        }

        @Override
        public Future<Void> close() {
            return Future.succeededFuture();
        }
    };

    /**
     * Does not fail. Is complete when it is returned where reading cannot wait for anything; some microseconds then.
     * Readings are made in the order in which they are asked for.
     *
     * @param anew whether the peak of memory is to begin anew with this reading, if it can
     */
    Future<Usage> read(boolean anew);

    /** Lets go of its files; what is read from then on is UNKNOWN. Does not fail; may be repeated. */
    Future<Void> close();
}
