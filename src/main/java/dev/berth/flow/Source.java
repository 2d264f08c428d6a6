package dev.berth.flow;

import io.vertx.core.Handler;
import io.vertx.core.streams.ReadStream;
import org.jspecify.annotations.Nullable;

/**
 * The reader's side of a stream: its handlers and its demand, as every stream of Vert.x has them: what is asked for is
 * everything, until the reader pauses or fetches a number. What comes from where is the subclass's.
 *
 * <p>Confined to the context of whoever reads.
 */
public abstract class Source<T> implements ReadStream<T> {
    private long demand;
    private @Nullable Handler<T> handler;
    private @Nullable Handler<Void> endHandler;
    private @Nullable Handler<Throwable> exceptionHandler;
    private boolean over;

    /** @param demand before the reader has said anything: 0, or Long.MAX_VALUE for everything */
    protected Source(long demand) {
        this.demand = demand;
    }

    /** The reader may take more than before: its demand has grown, or it has set a handler. */
    protected abstract void onReady();

    /** Whether the reader wants an item now. */
    protected final boolean isWanted() {
        return demand > 0;
    }

    /** Whether there is a handler for items. */
    protected final boolean isRead() {
        return handler != null;
    }

    /** Items asked for and not handed on; Long.MAX_VALUE: everything. */
    protected final long demand() {
        return demand;
    }

    /** Whether the end or a failure has been told. */
    protected final boolean isOver() {
        return over;
    }

    /** Hands an item on, which uses up one of the demand. */
    protected final void handOn(T item) {
        if (demand != Long.MAX_VALUE && demand > 0) {
            demand--;
        }
        if (handler != null) {
            handler.handle(item);
        }
    }

    /** Tells the end, once and if there is somebody to tell. Whether it has been told by now. */
    protected final boolean tellEnd() {
        if (!over && endHandler != null) {
            over = true;
            endHandler.handle(null);
        }
        return over;
    }

    /** Tells a failure, if there is somebody to tell and nothing has been told before. */
    protected final void tellFailure(Throwable failure) {
        if (!over && exceptionHandler != null) {
            over = true;
            exceptionHandler.handle(failure);
        }
    }

    @Override
    public Source<T> handler(@Nullable Handler<T> items) {
        handler = items;
        onReady();
        return this;
    }

    @Override
    public Source<T> pause() {
        demand = 0;
        return this;
    }

    @Override
    public final Source<T> resume() {
        return fetch(Long.MAX_VALUE);
    }

    /** @param amount at least 0 */
    @Override
    public Source<T> fetch(long amount) {
        if (amount < 0) {
            throw new IllegalArgumentException("fetch " + amount);
        }
        demand = demand > Long.MAX_VALUE - amount ? Long.MAX_VALUE : demand + amount;
        onReady();
        return this;
    }

    @Override
    public Source<T> endHandler(@Nullable Handler<Void> ended) {
        endHandler = ended;
        onReady();
        return this;
    }

    @Override
    public Source<T> exceptionHandler(@Nullable Handler<Throwable> failed) {
        exceptionHandler = failed;
        return this;
    }
}
