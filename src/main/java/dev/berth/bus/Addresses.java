package dev.berth.bus;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The list of event-bus addresses: {@code berth.<node>.<role>[.<instance>]}. One per verticle instance for
 * its whole life, none per call: in a cluster a registration is a cluster-wide write.
 */
public final class Addresses {
    private static final Pattern GRAMMAR =
            Pattern.compile("(berth\\..+)\\.(registry|ingress\\.\\d+|worker\\.\\d+)(\\.frames)?");

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

    /** Whether two addresses of this grammar belong to verticles of one node. False for any others. */
    public static boolean sameNode(String address, String other) {
        String node = nodePrefix(address);
        return node != null && node.equals(nodePrefix(other));
    }

    private static @Nullable String nodePrefix(String address) {
        Matcher matcher = GRAMMAR.matcher(address);
        return matcher.matches() ? matcher.group(1) : null;
    }
}
