package dev.berth.stream;

import io.vertx.core.Handler;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One stream's use of the {@link Link}: it may go on at once, or waits for its turn. One context. */
final class LinkTurn {
    private final Link link;
    private final Consumer<Handler<Void>> later;
    private final Runnable onTurn;
    private boolean waiting;
    /** Where a largest piece has been taken for it. */
    private @Nullable Lane called;

    /**
     * @param later runs something in a later turn of the context; on any thread
     * @param onTurn told that {@link #admit} admits something
     */
    LinkTurn(Link link, Consumer<Handler<Void>> later, Runnable onTurn) {
        this.link = link;
        this.later = later;
        this.onTurn = onTurn;
    }

    /** @return whether a piece may be sent now and whole; if not, nothing is waited for */
    boolean takes(int bytes) {
        return link.lane(bytes).take(bytes);
    }

    /** @return how many of the bytes may be sent now, in one piece; if none, {@code onTurn} is told when to ask again */
    int admit(int bytes) {
        Lane turn = called;
        called = null;
        if (turn != null) {
            int admitted = Math.min(bytes, turn.largest());
            if (link.lane(admitted) == turn) {
                turn.releaseTurn(Lane.cost(admitted));
                return admitted;
            }
            turn.releaseTurn(0);
        }
        Lane lane = link.lane(bytes);
        if (!waiting && lane.take(bytes)) {
            return bytes;
        }
        if (!waiting) {
            waiting = true;
            lane.await(() -> later.accept(nothing -> onCalled(lane)));
        }
        return 0;
    }

    private void onCalled(Lane lane) {
        waiting = false;
        called = lane;
        try {
            onTurn.run();
        } finally {
            if (called != null) {
                called = null;
                lane.releaseTurn(0);
            }
        }
    }
}
