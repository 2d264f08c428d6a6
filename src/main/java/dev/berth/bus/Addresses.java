package dev.berth.bus;

/**
 * The list of event-bus addresses: {@code berth.<node>.<role>[.<instance>]}. One per verticle instance for
 * its whole life, none per call: in a cluster a registration is a cluster-wide write.
 */
public final class Addresses {
    private Addresses() {}

    public static String registry(String node) {
        return "berth." + node + ".registry";
    }

    public static String ingress(String node, int instance) {
        return "berth." + node + ".ingress." + instance;
    }

    public static String worker(String node, int instance) {
        return "berth." + node + ".worker." + instance;
    }

    /** Where the stream frames of the verticle at {@code address} arrive. */
    public static String frames(String address) {
        return address + ".frames";
    }
}
