package dev.berth.cluster;

/**
 * What a node says of itself while it joins; no call is needed to ask for it.
 *
 * @param incarnation one start of one process, also the node part of its bus addresses
 * @param nodeId what people call the node
 * @param host of its bus
 * @param port of its bus
 * @param protocol of all that nodes say to each other
 * @param version of Berth
 * @param startedMillis when it started, milliseconds since 1970 of its own clock
 */
public record Member(
        String incarnation, String nodeId, String host, int port, int protocol, String version, long startedMillis) {

    /**
     * Whether it has started first, which both of two say alike. By its own clock: should clocks be far apart, it is
     * at least the same one that goes.
     */
    boolean isOlderThan(Member other) {
        return startedMillis != other.startedMillis
                ? startedMillis < other.startedMillis
                : incarnation.compareTo(other.incarnation) < 0;
    }

    @Override
    public String toString() {
        return nodeId + " at " + host + ":" + port;
    }
}
