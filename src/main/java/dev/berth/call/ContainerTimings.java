package dev.berth.call;

/**
 * How long a container took to become ready, in nanoseconds; 0 where a step did not happen.
 *
 * @param imagePull from needing the image until it was there
 * @param prepare socket directory, watch and options
 * @param create engine's create, attach and start
 * @param init from started to socket ready, or to giving up
 */
public record ContainerTimings(long imagePull, long prepare, long create, long init) {
    public static final ContainerTimings NONE = new ContainerTimings(0, 0, 0, 0);
}
