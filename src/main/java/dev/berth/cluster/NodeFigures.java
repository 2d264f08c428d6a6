package dev.berth.cluster;

/**
 * What a node says of itself as a whole.
 *
 * @param load thousandths of its slots in use
 */
public record NodeFigures(boolean draining, long freeMemoryBytes, long freeCpuMillis, int load) {
    static final NodeFigures NONE = new NodeFigures(false, 0, 0, 0);
}
