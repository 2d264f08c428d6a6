package dev.berth.ingress;

import dev.berth.call.ResponseHead;
import dev.berth.error.RunnerException;
import dev.berth.why.SlotFacts;
import dev.berth.why.Truth;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/** Whoever asked for a {@link CallExecution}. Called on its context; never after {@link #onEnd}, but for two. */
public interface CallListener {

    /** A slot is won: the call has started, and its body may be written. May come again after {@link #onSlotLost}. */
    void onSlot();

    /** The slot's container had gone before the call reached it; another slot is being asked for. Write no more body. */
    void onSlotLost();

    /** The body is no longer full. */
    void onBodyDrained();

    /** The function has answered. At most once, before any bytes. */
    void onHead(ResponseHead head);

    void onBytes(Buffer bytes);

    /** What the call had waited for that ended because its time was over. May come after the end. */
    default void onExplained(SlotFacts facts) {}

    /**
     * A slot has been found: whether somebody will look at what the call uses, however short it is. Once for each slot,
     * before {@link #onSlot}.
     */
    default boolean looks(SlotFacts facts) {
        return false;
    }

    /** What the call has used, if that was measured, is known. Only after an end that has said that it is to come. */
    default void onMeasured(Truth truth) {}

    /** The call is over. Exactly once, unless the execution was cancelled by its owner. */
    void onEnd(@Nullable RunnerException error);
}
