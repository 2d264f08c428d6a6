package dev.berth.engine;

/**
 * What the start of an instance may have to wait for.
 *
 * @param some whether another instance here is handing over and has not ended
 * @param moved whether this instance is heir of all these, their port is free, and all they have runs calls
 */
public record OthersLeaving(boolean some, boolean moved) {}
