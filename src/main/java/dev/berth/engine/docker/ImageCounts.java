package dev.berth.engine.docker;

/**
 * The images that the cleaner watches. Sizes are as the engine reports them: layers that images share count more than once.
 *
 * @param busy images that containers of ours use
 * @param idle those that may be removed
 * @param maxBytes at which size of all they are
 */
public record ImageCounts(int busy, long busyBytes, int idle, long idleBytes, long maxBytes) {}
